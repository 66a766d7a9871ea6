// Asks the service of this container whether it serves, for those who run containers and can't ask gRPC's health service themselves.
// The port is the service's own JANUS_MESH_PORT. An argument names one gRPC service; without it all must serve.
import { isServing } from '@janus-mesh/rpc';
import { readEnvironment } from './env.ts';

const deadlineMs = 5_000;

const service = process.argv[2] ?? '';
const address = `127.0.0.1:${readEnvironment().JANUS_MESH_PORT ?? ''}`;
try {
  const isReady = await isServing(address, service, { deadline: Date.now() + deadlineMs });
  process.stdout.write(isReady ? 'SERVING\n' : 'NOT_SERVING\n');
  process.exitCode = isReady ? 0 : 1;
} catch (error) {
  process.stderr.write(`error: ${address}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
