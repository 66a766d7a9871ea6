import type { Mesh } from '../../../libs/cli/src/mesh/mesh.ts';
import { processMemory } from '../machine.ts';
import type { Results } from '../results.ts';

/** Notes the most memory that each service of a mesh has taken so far, in GB, under a name that says after what. */
export function addPeaks(results: Results, { processes }: Mesh, after: string): void {
  for (const { label, pid } of processes) {
    const memory = pid === undefined ? undefined : processMemory(pid);
    if (memory) results.addValue(label, `peak-${after}`, memory.peak / 1e9);
  }
}
