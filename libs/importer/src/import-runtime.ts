import { availableParallelism } from 'node:os';
import { openRuntime, type Runtime } from '@janus-mesh/runtime';

/** What tensors are computed with: as many threads as there are cores, which leave those to other work as soon as they wait. */
export function importRuntime(): Runtime {
  return openRuntime({ threads: availableParallelism(), spin: false });
}
