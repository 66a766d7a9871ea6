import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type ChatInput, connectMesh, type DrawingInput, type MeshClient } from '@janus-mesh/client';
import { expect, onTestFinished } from 'vitest';
import { freezableProxy } from '../../libs/rpc/src/testing/freezable-proxy.ts';

const DEADLINE_MS = 5_000;

/** What a caller asks for. */
export type CallInput =
  | { readonly call: 'chat'; readonly request: ChatInput }
  | { readonly call: 'generateImage'; readonly request: DrawingInput };

/** A call that another process is told to make. */
export type RemoteCall = {
  readonly address: string;
  readonly name: number;
  readonly call: 'chat' | 'generateImage';
  readonly request: object;
};

/** A caller of the mesh that goes away before its calls are over. */
export interface LeavingCaller {
  /** Begins a call. @returns the names of its events, as they come */
  begin(input: CallInput): string[];
  leave(): void;
}

/** Waits until a call has seen so many events of a name. */
export async function sees(events: readonly string[], name: string, count = 1): Promise<void> {
  await expect.poll(() => events.filter((event) => event === name).length, { interval: 2, timeout: 20_000 }).toBeGreaterThanOrEqual(count);
}

/** The ways to go. Each is a client of the mesh at an address; a deadline passes by itself, so `leave` does nothing there. */
export const WAYS_TO_LEAVE = {
  // First: later, what was learned of waiting lets such a request be refused at once.
  'whose deadline passes': async (address: string): Promise<LeavingCaller> => ({
    // From the first call on: what else a test starts before takes as long as it takes.
    begin: inThisProcess(
      address,
      madeOnce(() => ({ deadline: Date.now() + DEADLINE_MS }))
    ),
    leave: () => {}
  }),
  'that cancels': async (address: string): Promise<LeavingCaller> => {
    const controller = new AbortController();
    return { begin: inThisProcess(address, () => ({ signal: controller.signal })), leave: () => controller.abort() };
  },
  'that is killed': killedProcess,
  'whose connection falls silent': async (address: string): Promise<LeavingCaller> => {
    const proxy = await freezableProxy(Number(address.split(':')[1]));
    return { begin: inThisProcess(proxy.address), leave: () => proxy.freeze() };
  }
};

function inThisProcess(address: string, optionsOf: () => Parameters<MeshClient['chat']>[1] = () => ({})): LeavingCaller['begin'] {
  const client = connectMesh(address);
  onTestFinished(() => client.close());
  return (input) => {
    const events: string[] = [];
    const options = optionsOf();
    const read = async () => {
      const stream = input.call === 'chat' ? client.chat(input.request, options) : client.generateImage(input.request, options);
      for await (const { $case } of stream) events.push($case);
    };
    read().catch((error) => events.push(error.codeName));
    return events;
  };
}

function madeOnce<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

async function killedProcess(address: string): Promise<LeavingCaller> {
  const child = fork(join(import.meta.dirname, 'client-process.ts'), { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  const calls: string[][] = [];
  child.on('message', ({ name, event }: { name: number; event: string }) => calls[name]?.push(event));
  return {
    begin(input) {
      const events: string[] = [];
      const message: RemoteCall = { address, name: calls.push(events) - 1, ...input };
      child.send(message);
      return events;
    },
    leave: () => void child.kill('SIGKILL')
  };
}
