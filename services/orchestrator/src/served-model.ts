import type { ModelConfig } from '@janus-mesh/models';
import type { Tokenizer } from '@janus-mesh/tokenizer';

/** The model of this mesh as the orchestrator knows it: words and sizes, no weights. */
export interface ServedModel {
  readonly name: string;
  readonly revision: string;
  readonly config: ModelConfig;
  /** Form of the weights: "f32". */
  readonly quantization: string;
  /** Parameters of all networks together. */
  readonly parameters: bigint;
  readonly tokenizer: Tokenizer;
}
