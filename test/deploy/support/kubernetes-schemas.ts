import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { KubernetesObject } from './render.ts';

/** The oldest version that the chart takes, one between, and the newest that there is a schema of. */
export const kubernetesVersions = ['1.30', '1.33', '1.37'] as const;

/** What a schema says against an object. */
export interface Fault {
  readonly version: string;
  readonly object: string;
  readonly path: string;
  readonly message: string;
}

/** Python with kubernetes-validate: `JANUS_MESH_TEST_PYTHON`, else python3. Undefined if there is none. */
export function validatingPython(): string | undefined {
  const python = process.env.JANUS_MESH_TEST_PYTHON ?? 'python3';
  return spawnSync(python, ['-c', 'import kubernetes_validate']).status === 0 ? python : undefined;
}

/** Validates objects of Kubernetes' own kinds in every version; fields that no schema knows are faults. */
export function kubernetesFaults(python: string, objects: readonly KubernetesObject[]): Promise<Fault[]> {
  return new Promise((settle, reject) => {
    const script = join(import.meta.dirname, 'validate_objects.py');
    const child = execFile(python, [script, ...kubernetesVersions], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (error) reject(error);
      else settle(JSON.parse(stdout) as Fault[]);
    });
    child.stdin?.end(JSON.stringify(objects));
  });
}
