import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FreezableProxy {
  readonly address: string;
  /** From now on nothing is passed on, in either direction, and nothing is closed: a half-open network. */
  freeze(): void;
  /** Ends all connections, as when a peer is killed. */
  cut(): void;
}

/** A TCP proxy to a port of this machine. */
export async function freezableProxy(port: number): Promise<FreezableProxy> {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near]
    ] as const) {
      from.pipe(to, { end: true });
      from.on('error', () => undefined);
      sockets.push(from);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the proxy has no port');
  return {
    address: `127.0.0.1:${bound.port}`,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    }
  };
}
