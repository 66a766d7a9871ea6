import type { ModelConfig, Quantization } from '@janus-mesh/models';
import type { WeightExtent } from '@janus-mesh/runtime';

/** What the runner needs of an opened bundle. */
export interface RunnerBundle {
  readonly manifest: {
    readonly config: Pick<ModelConfig, 'text' | 'vision' | 'codec'>;
    readonly quantization: Quantization;
    /** Of the weight file; packed copies of another one are made again. */
    readonly weights?: { readonly sha256: string };
  };
  /** Where each tensor lies in the weight file. */
  readonly tensors: ReadonlyMap<string, WeightExtent>;
  readonly weightsPath: string;
}
