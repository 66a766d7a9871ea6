import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ServiceMessage } from '../index.ts';

// Starts the test service as `up` does, tells its own parent about it, and waits to be killed.
const child = fork(join(import.meta.dirname, 'codec-main.ts'), [], {
  env: { JANUS_MESH_EXIT_WITH_PARENT: '1' },
  execArgv: ['--import', 'tsx'],
  stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  detached: true
});
let port = 0;
child.on('message', (message: ServiceMessage) => {
  if (message.type === 'listening') port = message.port;
  else process.send?.({ pid: child.pid, port });
});
