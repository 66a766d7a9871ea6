import { type ModelConfig, ModelError, type QualityLimits, type Quantization } from '@janus-mesh/models';
import { z } from 'zod';
import { limitsSchema, quantizationSchema } from './quantization-schema.ts';

const FORMAT = 'janus-mesh bundle';
/** Version of the form bundles have; those of another one are refused. */
export const BUNDLE_VERSION = 2;

const count = z.int().positive();
const real = z.number();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const token = z.strictObject({ text: z.string(), id: z.int().nonnegative() });
const triple = z.tuple([real, real, real]);

const config = z.strictObject({
  family: z.literal('janus'),
  text: z.strictObject({
    hiddenSize: count,
    layers: count,
    heads: count,
    kvHeads: count,
    headDim: count,
    intermediateSize: count,
    vocabSize: count,
    rmsNormEps: real,
    ropeTheta: real,
    contextTokens: count
  }),
  vision: z.strictObject({
    imageSize: count,
    patchSize: count,
    hiddenSize: count,
    layers: count,
    heads: count,
    intermediateSize: count,
    layerNormEps: real,
    rows: count
  }),
  codec: z.strictObject({
    baseChannels: count,
    channelMultiplier: z.array(count).nonempty(),
    resBlocks: count,
    latentChannels: count,
    codeWidth: count,
    codebookSize: count,
    grid: count,
    imageSize: count
  }),
  preprocess: z.strictObject({
    imageSize: count,
    minSize: count,
    rescaleFactor: real,
    normalize: z.boolean(),
    mean: triple,
    std: triple,
    background: triple
  }),
  prompt: z.strictObject({
    roles: z.strictObject({ user: z.string(), assistant: z.string() }),
    separators: z.tuple([z.string(), z.string()]),
    defaultSystemPrompt: z.string()
  }),
  tokens: z.strictObject({ bos: token, eos: token, pad: token, beginOfImage: token, endOfImage: token, imagePlaceholder: token })
}) satisfies z.ZodType<ModelConfig>;

const manifest = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(BUNDLE_VERSION),
  name: z.string().min(1),
  revision: sha256,
  quantization: quantizationSchema,
  limits: limitsSchema,
  parameters: count,
  source: z.strictObject({
    layout: z.enum(['huggingface', 'original']),
    weights: z.enum(['safetensors', 'torch', 'synthetic']),
    dtype: z.string()
  }),
  config,
  weights: z.strictObject({ bytes: count, headerBytes: count, headerSha256: sha256, sha256 }),
  tokenizer: z.strictObject({ bytes: count, sha256 })
});

/** What a bundle says of itself, as `manifest.json` holds it. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: typeof BUNDLE_VERSION;
  /** The name callers know the model by. */
  readonly name: string;
  /** 64 hexadecimal digits: the same for the same numbers, whatever layout, file kind or float type they came in. */
  readonly revision: string;
  /** How the weights are stored. */
  readonly quantization: Quantization;
  /** What that may cost: `janus-mesh verify` compares with it. */
  readonly limits: QualityLimits;
  /** Parameters of the model: elements of its canonical tensors. */
  readonly parameters: number;
  readonly source: {
    readonly layout: 'huggingface' | 'original';
    /** Kind of the weight files; synthetic: random numbers of a model's size. */
    readonly weights: 'safetensors' | 'torch' | 'synthetic';
    /** Float type of most of the checkpoint's elements. */
    readonly dtype: string;
  };
  readonly config: ModelConfig;
  readonly weights: { readonly bytes: number; readonly headerBytes: number; readonly headerSha256: string; readonly sha256: string };
  readonly tokenizer: { readonly bytes: number; readonly sha256: string };
}

/** What the maker of a bundle says; the rest of the manifest follows from the files. */
export type Description = Pick<Manifest, 'name' | 'revision' | 'quantization' | 'limits' | 'parameters' | 'source' | 'config'>;

/** Completes a manifest with its format and the figures of its files. */
export function makeManifest(description: Description, files: Pick<Manifest, 'weights' | 'tokenizer'>): Manifest {
  return { format: FORMAT, version: BUNDLE_VERSION, ...description, ...files };
}

/**
 * Reads a manifest's text.
 *
 * @throws {ModelError} corrupt_bundle if it is none; unsupported_bundle if it is of another version
 */
export function parseManifest(text: string): Manifest {
  const document = parseJson(text);
  const outline = z.object({ format: z.literal(FORMAT), version: z.number() }).safeParse(document);
  if (!outline.success) throw new ModelError('corrupt_bundle', `manifest.json: ${z.prettifyError(outline.error)}`);
  const { version } = outline.data;
  if (version !== BUNDLE_VERSION)
    throw new ModelError(
      'unsupported_bundle',
      `manifest.json: bundle version is ${version}, this program reads ${BUNDLE_VERSION}; import it again`
    );
  const parsed = manifest.safeParse(document);
  if (!parsed.success) throw new ModelError('corrupt_bundle', `manifest.json: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ModelError('corrupt_bundle', 'manifest.json is no JSON', { cause: error });
  }
}
