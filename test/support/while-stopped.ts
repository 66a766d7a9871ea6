import type { ServiceName } from '../../libs/cli/src/mesh/service-process.ts';
import type { TestMesh } from './mesh.ts';

/** Holds a service still (SIGSTOP) for the time of some work: it lives, and its connections too, but nothing comes of it. */
export async function whileStopped({ mesh }: TestMesh, name: ServiceName, work: () => Promise<void>): Promise<void> {
  const service = mesh.processes.find((process) => process.name === name);
  service?.kill('SIGSTOP');
  try {
    await work();
  } finally {
    service?.kill('SIGCONT');
  }
}
