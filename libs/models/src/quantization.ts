/**
 * How a linear layer's matrix is stored and multiplied.
 *
 * - `f32`: as it is.
 * - `w8a8`: int8 weights with a scale a column; activations become u8 with a scale a row while they run; integer sums are exact.
 * - `w4`: 4-bit weights in blocks of 32 or 128 with a scale each; activations become int8 inside the kernel, in blocks as long.
 */
export type LinearForm = 'f32' | 'w8a8' | 'w4';

/** How many 4-bit weights may share a scale. */
export const WEIGHT_BLOCKS = [32, 128] as const;

/** How many 4-bit weights share a scale. */
export type WeightBlock = (typeof WEIGHT_BLOCKS)[number];

/** Of a bundle that does not say. */
const DEFAULT_BLOCK: WeightBlock = 32;

/** How keys and values are cached: int8 has one static scale a layer for each of them, `int8_channel` one a head and channel. */
export type KvForm = 'f32' | 'int8' | 'int8_channel';

/** What an import can be asked for. */
export type QuantizationScheme = 'f32' | 'w8a8' | 'w4';

/** A linear that keeps a better form than its part, because quantising it cost too much. */
export interface KeptLinear {
  /** Name of its matrix in the bundle. */
  readonly linear: string;
  readonly form: LinearForm;
  /** Relative error (RMS) of its output on the calibration set, had it been quantised. */
  readonly error: number;
  /** Largest error that passes. */
  readonly limit: number;
  /** Its rows, where they do not divide into blocks of 4-bit weights: it cannot be stored so, and its error counts as 1. */
  readonly undivided?: number | undefined;
}

/** How a bundle's weights are stored, part by part. */
export interface Quantization {
  readonly scheme: QuantizationScheme;
  /** How many 4-bit weights share a scale. @default 32 */
  readonly block?: WeightBlock | undefined;
  /** Linears of the language model's layers. */
  readonly text: LinearForm;
  /** Language head. */
  readonly textHead: LinearForm;
  /** Generation head. */
  readonly codeHead: LinearForm;
  /** Aligner of picture features. */
  readonly aligner: LinearForm;
  /** Linears of the understanding encoder. */
  readonly vision: 'f32' | 'w8a8';
  /** Convolutions of the picture tokenizer's decoder; its encoder, whose ids must be exact, is always f32. */
  readonly codec: 'f32' | 'w8a8';
  /** The text embedding table: the checkpoint's own type where that is a half, so nothing is lost. */
  readonly embedding: 'f32' | 'bf16' | 'f16';
  /** What the KV cache is made of unless the service is told otherwise. */
  readonly kv: KvForm;
  /** Linears in another form than their part's, with the reason. */
  readonly kept: readonly KeptLinear[];
}

/** Nothing quantised: what a graph is built for where no quantization is given. */
export const UNQUANTIZED: Quantization = {
  scheme: 'f32',
  text: 'f32',
  textHead: 'f32',
  codeHead: 'f32',
  aligner: 'f32',
  vision: 'f32',
  codec: 'f32',
  embedding: 'f32',
  kv: 'f32',
  kept: []
};

/**
 * What a scheme makes of each part, before anything is measured. Heads and aligner follow the language model's layers, but for 4 bits:
 * the aligner runs once a picture and is not read at every step, so it keeps 8. The vision tiers have no 4-bit form. Cached keys and
 * values become int8 wherever linears do.
 *
 * @param stored type of the checkpoint's embedding table: rows are only looked up, so it stays as it is
 * @param block of 4-bit weights
 * @throws {RangeError} if a block is given for a scheme that has none, or is none of `WEIGHT_BLOCKS`
 */
export function schemeOf(scheme: QuantizationScheme, stored: Quantization['embedding'], block?: WeightBlock): Quantization {
  if (block !== undefined) assertBlock(scheme, block);
  if (scheme === 'f32') return UNQUANTIZED;
  return {
    scheme,
    ...(scheme === 'w4' && { block: block ?? DEFAULT_BLOCK }),
    text: scheme,
    textHead: scheme,
    codeHead: scheme,
    aligner: 'w8a8',
    vision: 'w8a8',
    codec: 'w8a8',
    embedding: stored,
    kv: 'int8',
    kept: []
  };
}

function assertBlock(scheme: QuantizationScheme, block: number): void {
  if (scheme !== 'w4') throw new RangeError(`a block of ${block} weights is for w4; ${scheme} has no blocks`);
  if (!WEIGHT_BLOCKS.some((allowed) => allowed === block))
    throw new RangeError(`a block of ${block} weights: expected one of ${WEIGHT_BLOCKS.join(', ')}`);
}

/** How many 4-bit weights share a scale. */
export function blockOf({ block }: Pick<Quantization, 'block'>): WeightBlock {
  return block ?? DEFAULT_BLOCK;
}

/** What a person calls it: the scheme, and the length of its blocks where that is not the usual one: `w4 b128`. */
export function schemeName({ scheme, ...quantization }: Pick<Quantization, 'scheme' | 'block'>): string {
  const block = blockOf(quantization);
  return block === DEFAULT_BLOCK ? scheme : `${scheme} b${block}`;
}

const PARTS: readonly (readonly [prefix: string, part: 'text' | 'textHead' | 'codeHead' | 'aligner' | 'vision' | 'codec'])[] = [
  ['text.layers.', 'text'],
  ['text.head', 'textHead'],
  ['codes.head.', 'codeHead'],
  ['aligner.', 'aligner'],
  ['vision.blocks.', 'vision'],
  ['codec.decoder.', 'codec']
];

/**
 * The form of a matrix of the bundle.
 *
 * @param name of the matrix in the bundle: `text.layers.0.qkv`, `aligner.fc1.weight`
 */
export function linearForm({ kept, ...parts }: Quantization, name: string): LinearForm {
  const exception = kept.find(({ linear }) => linear === name);
  if (exception) return exception.form;
  const part = PARTS.find(([prefix]) => name.startsWith(prefix))?.[1];
  return part ? parts[part] : 'f32';
}
