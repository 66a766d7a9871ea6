import type { CodecConfig, TextConfig, VisionConfig } from './model-config.ts';

/** The two published forms of a checkpoint: Hugging Face's `JanusForConditionalGeneration` and DeepSeek's own. */
export type Layout = 'huggingface' | 'original';

/** What a config.json says of the networks. */
export interface ModelSizes {
  readonly text: TextConfig;
  readonly vision: VisionConfig;
  readonly codec: CodecConfig;
  /** Whether the text head may be the embedding table, where the checkpoint stores none. */
  readonly tiesHead: boolean;
}
