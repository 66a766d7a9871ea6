import { createHash } from 'node:crypto';
import {
  ElementType,
  Head,
  type ImageCodecServiceDefinition,
  ScoreOutput,
  type Segment,
  type Tensor,
  type TransformerServiceDefinition,
  type VisionEncoderServiceDefinition
} from '@janus-mesh/contracts';
import type { PromptSegment } from '@janus-mesh/models';
import type { Client } from '@janus-mesh/rpc';

const CHUNK_BYTES = 1 << 20;

/** A guidance pair to draw, or to follow. */
export interface Pair {
  readonly revision: string;
  readonly prompt: readonly number[];
  readonly negative: readonly number[];
  readonly weight: number;
}

/** Features of a picture file: f32 [rows, width]. */
export async function encode(client: Client<VisionEncoderServiceDefinition>, revision: string, picture: Uint8Array): Promise<Float32Array> {
  async function* requests() {
    yield { message: { $case: 'start' as const, value: { revision } } };
    for (let at = 0; at < picture.length; at += CHUNK_BYTES)
      yield { message: { $case: 'chunk' as const, value: picture.subarray(at, at + CHUNK_BYTES) } };
  }
  const parts: Float32Array[] = [];
  for await (const { rows } of client.encode(requests())) parts.push(floats(rows));
  return joined(parts);
}

/** Draws codes with seed 0 at temperature 1. */
export async function draw(client: Client<TransformerServiceDefinition>, pair: Pair, codes: number): Promise<number[]> {
  const start = {
    ...guided(pair),
    sampling: { temperature: 1, topK: 0, topP: 1, seed: 0n },
    samples: 1,
    maxNewTokens: codes
  };
  async function* requests() {
    yield { message: { $case: 'start' as const, value: start } };
  }
  const drawn: number[] = [];
  for await (const { event } of client.generate(requests())) if (event?.$case === 'tokens') drawn.push(...event.value.ids);
  return drawn;
}

/** Guided logits along codes: f32 [codes, codebook]. */
export async function logitsAlong(
  client: Client<TransformerServiceDefinition>,
  pair: Pair,
  codes: readonly number[]
): Promise<Float32Array> {
  return await score(client, { ...guided(pair), continuation: [...codes] }, { which: 'guided' });
}

/** A prompt of text, and the features of its pictures. */
export interface Question {
  readonly revision: string;
  readonly segments: readonly PromptSegment[];
  readonly features: readonly Float32Array[];
  /** Rows of each picture's features. */
  readonly rows: number;
}

/** Answers with seed 0 at temperature 1, until one of the ids that end an answer. */
export async function answer(
  client: Client<TransformerServiceDefinition>,
  question: Question,
  limits: { readonly tokens: number; readonly stopIds: readonly number[] }
): Promise<number[]> {
  const start = {
    ...asked(question),
    sampling: { temperature: 1, topK: 0, topP: 1, seed: 0n },
    samples: 1,
    maxNewTokens: limits.tokens,
    stopIds: [...limits.stopIds]
  };
  let admit: (needed: readonly Uint8Array[]) => void = () => undefined;
  const admitted = new Promise<readonly Uint8Array[]>((resolve) => {
    admit = resolve;
  });
  async function* requests() {
    yield { message: { $case: 'start' as const, value: start } };
    const needed = await admitted;
    yield* featureMessages(question, (hash) => needed.some((other) => Buffer.compare(hash, other) === 0));
  }
  const ids: number[] = [];
  try {
    for await (const { event } of client.generate(requests())) {
      if (event?.$case === 'admitted') admit(event.value.neededFeatures);
      if (event?.$case === 'tokens') ids.push(...event.value.ids);
    }
  } finally {
    admit([]);
  }
  return ids;
}

/** Logits of each token of a continuation: f32 [tokens, vocabulary]. */
export async function textLogits(
  client: Client<TransformerServiceDefinition>,
  question: Question,
  continuation: readonly number[]
): Promise<Float32Array> {
  return await score(client, { ...asked(question), continuation: [...continuation] }, { which: 'cond', question });
}

/** The decoder's own pixels: f32 [3, side, side]. */
export async function decode(
  client: Client<ImageCodecServiceDefinition>,
  revision: string,
  codes: readonly number[]
): Promise<Float32Array> {
  async function* requests() {
    yield { message: { $case: 'start' as const, value: { revision, rawPixels: true } } };
    yield { message: { $case: 'codes' as const, value: { ids: [...codes] } } };
  }
  for await (const { event } of client.decode(requests())) if (event?.$case === 'picture') return floats(event.value.rawPixels);
  throw new Error('the image codec ended without a picture');
}

type ScoreQuestion = (ReturnType<typeof asked> | ReturnType<typeof guided>) & { readonly continuation: number[] };

async function score(
  client: Client<TransformerServiceDefinition>,
  start: ScoreQuestion,
  { which, question }: { readonly which: 'cond' | 'guided'; readonly question?: Question }
): Promise<Float32Array> {
  async function* requests() {
    yield { message: { $case: 'start' as const, value: { ...start, output: ScoreOutput.SCORE_OUTPUT_LOGITS } } };
    if (question) yield* featureMessages(question, () => true);
  }
  const parts: Float32Array[] = [];
  for await (const { rows } of client.score(requests())) if (rows?.$case === 'stepLogits') parts.push(floats(rows.value[which]));
  return joined(parts);
}

function guided({ revision, prompt, negative, weight }: Pair) {
  return { revision, head: Head.HEAD_CODES, prompt: idsSegment(prompt), negativePrompt: idsSegment(negative), guidanceWeight: weight };
}

function asked({ revision, segments, features, rows }: Question) {
  const prompt = segments.flatMap((segment): Segment[] =>
    segment.kind === 'ids'
      ? idsSegment(segment.ids)
      : [{ content: { $case: 'features', value: { hash: hashOf(features[segment.index] as Float32Array), rows } } }]
  );
  return { revision, head: Head.HEAD_TEXT, prompt };
}

function idsSegment(ids: readonly number[]): Segment[] {
  return [{ content: { $case: 'ids', value: { ids: [...ids] } } }];
}

function hashOf(features: Float32Array): Uint8Array {
  return createHash('sha256').update(bytesOf(features)).digest();
}

// Whole rows in messages as long as the contract allows; each picture once.
function* featureMessages({ segments, features, rows: total }: Question, isWanted: (hash: Uint8Array) => boolean) {
  const shown = new Set(segments.flatMap((segment) => (segment.kind === 'picture' ? [features[segment.index] as Float32Array] : [])));
  for (const values of shown) {
    const hash = hashOf(values);
    if (!isWanted(hash)) continue;
    const width = values.length / total;
    const step = Math.max(1, Math.floor(CHUNK_BYTES / (width * 4)));
    for (let firstRow = 0; firstRow < total; firstRow += step) {
      const count = Math.min(step, total - firstRow);
      const data = bytesOf(values.subarray(firstRow * width, (firstRow + count) * width));
      const rows = { type: ElementType.ELEMENT_TYPE_F32, dims: [count, width], data };
      yield { message: { $case: 'features' as const, value: { hash, firstRow, rows } } };
    }
  }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function floats(tensor: Tensor | undefined): Float32Array {
  return new Float32Array(Uint8Array.from(tensor?.data ?? []).buffer);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
