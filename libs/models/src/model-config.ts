/**
 * One Janus checkpoint, as data: what either published layout says, with every default filled in. A bundle's manifest
 * carries it; nothing else decides a shape, a name, a prompt or an id.
 */
export interface ModelConfig {
  readonly family: 'janus';
  readonly text: TextConfig;
  readonly vision: VisionConfig;
  readonly codec: CodecConfig;
  readonly preprocess: PreprocessConfig;
  readonly prompt: PromptConfig;
  readonly tokens: SpecialTokens;
}

/** The language model (Llama) and the width its heads read. */
export interface TextConfig {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly intermediateSize: number;
  readonly vocabSize: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  /** Tokens of prompt and answer together: min(config, 4096 trained). */
  readonly contextTokens: number;
}

/** The understanding encoder (SigLIP). */
export interface VisionConfig {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly layerNormEps: number;
  /** Rows of features a picture gives: (imageSize / patchSize)². */
  readonly rows: number;
}

/** The picture tokenizer (VQ). */
export interface CodecConfig {
  readonly baseChannels: number;
  readonly channelMultiplier: readonly number[];
  readonly resBlocks: number;
  readonly latentChannels: number;
  readonly codeWidth: number;
  readonly codebookSize: number;
  /** Side of the grid of codes; a picture is grid² codes. */
  readonly grid: number;
  /** Side of a picture in pixels: grid × 2^(channelMultiplier.length - 1). */
  readonly imageSize: number;
}

/** How a picture becomes the encoder's input. */
export interface PreprocessConfig {
  readonly imageSize: number;
  readonly minSize: number;
  readonly rescaleFactor: number;
  readonly normalize: boolean;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly background: readonly [number, number, number];
}

/** The words around a conversation. */
export interface PromptConfig {
  readonly roles: { readonly user: string; readonly assistant: string };
  /** What follows a message of even and of odd index. */
  readonly separators: readonly [string, string];
  /** Used for understanding where the caller gives no system prompt. */
  readonly defaultSystemPrompt: string;
}

/** A token by its text and its id. */
export interface SpecialToken {
  readonly text: string;
  readonly id: number;
}

/** Special tokens, resolved by their texts: ids differ between checkpoints. */
export interface SpecialTokens {
  readonly bos: SpecialToken;
  readonly eos: SpecialToken;
  readonly pad: SpecialToken;
  readonly beginOfImage: SpecialToken;
  readonly endOfImage: SpecialToken;
  readonly imagePlaceholder: SpecialToken;
}
