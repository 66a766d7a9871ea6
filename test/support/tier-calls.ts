import type {
  DecodedPicture,
  GenerateStart,
  ImageCodecServiceDefinition,
  ImagePreview,
  ScoreStart,
  Segment,
  TokenizeResponse,
  TransformerServiceDefinition,
  VisionEncoderServiceDefinition
} from '@janus-mesh/contracts';
import type { Client } from '@janus-mesh/rpc';
import { f32View } from '@janus-mesh/tensor';

const CHUNK_BYTES = 1 << 20;

/** Features of one picture and the name they go by. */
export interface NamedFeatures {
  readonly hash: Uint8Array;
  /** f32 [rows, width] */
  readonly values: Float32Array;
  readonly rows: number;
}

function* chunksOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** Encodes a picture. @returns f32 [rows, vision hidden size] */
export async function encodePicture(
  client: Client<VisionEncoderServiceDefinition>,
  options: { revision: string; picture: Uint8Array; rawOrientation?: boolean }
): Promise<{ values: Float32Array; rows: number }> {
  async function* requests() {
    yield { message: { $case: 'start' as const, value: { revision: options.revision, rawOrientation: options.rawOrientation } } };
    for (const chunk of chunksOf(options.picture)) yield { message: { $case: 'chunk' as const, value: chunk } };
  }
  const parts: Float32Array[] = [];
  let rows = 0;
  for await (const response of client.encode(requests())) {
    parts.push(f32View(response.rows?.data ?? new Uint8Array()));
    rows = response.totalRows;
  }
  return { values: join(parts), rows };
}

/** Segments of ids in which each run of the placeholder id stands for the next picture's features. */
export function segmentsOf(ids: readonly number[], placeholder: number, features: readonly NamedFeatures[]): Segment[] {
  const segments: Segment[] = [];
  let plain: number[] = [];
  const flush = () => {
    if (plain.length > 0) segments.push({ content: { $case: 'ids', value: { ids: plain } } });
    plain = [];
  };
  let picture = 0;
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] !== placeholder) {
      plain.push(ids[at] as number);
      continue;
    }
    flush();
    const { hash, rows } = features[picture++] as NamedFeatures;
    segments.push({ content: { $case: 'features', value: { hash, rows } } });
    at += rows - 1;
  }
  flush();
  return segments;
}

/** Features in messages of whole rows, as the contract bounds a message. A picture that stands in a prompt twice is sent once. */
export function* featureMessages(features: readonly NamedFeatures[]) {
  const byHash = new Map(features.map((each) => [Buffer.from(each.hash).toString('hex'), each]));
  for (const { hash, values, rows } of byHash.values()) {
    const width = values.length / rows;
    const step = Math.max(1, Math.floor(CHUNK_BYTES / (width * values.BYTES_PER_ELEMENT)));
    for (let firstRow = 0; firstRow < rows; firstRow += step) {
      const count = Math.min(step, rows - firstRow);
      const part = values.subarray(firstRow * width, (firstRow + count) * width);
      const data = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
      yield { message: { $case: 'features' as const, value: { hash, firstRow, rows: { type: 1 as const, dims: [count, width], data } } } };
    }
  }
}

/** What Score returned, rows joined. */
export interface Score {
  readonly promptLogits: Float32Array;
  readonly logprobs: Float32Array;
  readonly cond: Float32Array;
  readonly uncond: Float32Array;
  readonly guided: Float32Array;
}

/** Scores a continuation. */
export async function score(
  client: Client<TransformerServiceDefinition>,
  start: Partial<ScoreStart>,
  features: readonly NamedFeatures[] = []
): Promise<Score> {
  async function* requests() {
    yield { message: { $case: 'start' as const, value: start } };
    yield* featureMessages(features);
  }
  const parts = {
    promptLogits: [] as Float32Array[],
    logprobs: [] as Float32Array[],
    cond: [] as Float32Array[],
    uncond: [] as Float32Array[],
    guided: [] as Float32Array[]
  };
  for await (const { rows } of client.score(requests())) {
    if (rows?.$case === 'promptLogits') parts.promptLogits.push(f32View(rows.value.data));
    if (rows?.$case === 'logprobs') parts.logprobs.push(f32View(rows.value.data));
    if (rows?.$case !== 'stepLogits') continue;
    for (const name of ['cond', 'uncond', 'guided'] as const) {
      const tensor = rows.value[name];
      if (tensor) parts[name].push(f32View(tensor.data));
    }
  }
  return {
    promptLogits: join(parts.promptLogits),
    logprobs: join(parts.logprobs),
    cond: join(parts.cond),
    uncond: join(parts.uncond),
    guided: join(parts.guided)
  };
}

/** Ids and logit hashes of each sample of a generation. */
export interface Generation {
  readonly ids: number[][];
  readonly hashes: bigint[][];
}

/** Generates; sends the features that are asked for. */
export async function generate(
  client: Client<TransformerServiceDefinition>,
  start: Partial<GenerateStart>,
  features: readonly NamedFeatures[] = []
): Promise<Generation> {
  let admitted = () => {};
  const admission = new Promise<void>((resolve) => {
    admitted = resolve;
  });
  let needed: readonly Uint8Array[] = [];
  async function* requests() {
    yield { message: { $case: 'start' as const, value: start } };
    await admission;
    yield* featureMessages(features.filter(({ hash }) => needed.some((other) => Buffer.compare(hash, other) === 0)));
  }
  const samples = start.samples ?? 1;
  const result: Generation = { ids: Array.from({ length: samples }, () => []), hashes: Array.from({ length: samples }, () => []) };
  try {
    for await (const { event } of client.generate(requests())) {
      if (event?.$case === 'admitted') {
        needed = event.value.neededFeatures;
        admitted();
      }
      if (event?.$case !== 'tokens') continue;
      result.ids[event.value.sampleIndex]?.push(...event.value.ids);
      result.hashes[event.value.sampleIndex]?.push(...event.value.logitHashes);
    }
  } finally {
    admitted();
  }
  return result;
}

/** Decodes codes to a picture. */
export async function decodeCodes(
  client: Client<ImageCodecServiceDefinition>,
  options: { revision: string; ids: readonly number[]; rawPixels?: boolean; previewRows?: number }
): Promise<{ picture: DecodedPicture; previews: ImagePreview[] }> {
  async function* requests() {
    const { revision, rawPixels, previewRows } = options;
    yield { message: { $case: 'start' as const, value: { revision, rawPixels, previewRows } } };
    yield { message: { $case: 'codes' as const, value: { ids: [...options.ids] } } };
  }
  const previews: ImagePreview[] = [];
  let picture: DecodedPicture | undefined;
  for await (const { event } of client.decode(requests())) {
    if (event?.$case === 'preview') previews.push(event.value);
    if (event?.$case === 'picture') picture = event.value;
  }
  if (!picture) throw new Error('Decode ended without a picture');
  return { picture, previews };
}

/** Tokenizes raw pixels, f32 [3, size, size] in [-1, 1]; asks for the latents too. */
export async function tokenizePixels(
  client: Client<ImageCodecServiceDefinition>,
  revision: string,
  pixels: Float32Array
): Promise<TokenizeResponse> {
  async function* requests() {
    yield { message: { $case: 'start' as const, value: { revision, rawPixels: true, latents: true } } };
    for (const chunk of chunksOf(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))) {
      yield { message: { $case: 'chunk' as const, value: chunk } };
    }
  }
  return await client.tokenize(requests());
}

function join(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
