import type { NetworkConfig } from '@janus-mesh/networks';
import type { WeightExtent } from '@janus-mesh/runtime';

/** What the runner needs of an opened bundle. */
export interface RunnerBundle {
  readonly manifest: { readonly config: NetworkConfig };
  /** Where each tensor lies in the weight file. */
  readonly tensors: ReadonlyMap<string, WeightExtent>;
  readonly weightsPath: string;
}
