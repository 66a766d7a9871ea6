import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readSafetensors, type StoredTensor } from '../support/safetensors.ts';

/** One message of a golden conversation; the role is the word of the template. */
export interface CaseMessage {
  readonly role: string;
  readonly content: string;
}

export interface PictureCase {
  readonly name: string;
  readonly file: string;
  readonly tensors: { rgb: string | null; canvas: string; pixel_values: string; features: string; aligned: string };
}

export interface PromptCase {
  readonly name: string;
  readonly system: string;
  readonly messages: readonly CaseMessage[];
  readonly prompt: string;
  readonly ids: readonly number[];
  readonly expanded_ids: readonly number[];
}

export interface StringCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly decoded: string;
}

export interface TextCase {
  readonly name: string;
  readonly system: string;
  readonly messages: readonly CaseMessage[];
  readonly images: readonly string[];
  readonly ids: readonly number[];
  readonly new_ids: readonly number[];
  readonly new_text: string;
  readonly tensors: { logits: string; step_logits: string };
}

export interface StopCase {
  readonly name: string;
  readonly system: string;
  readonly messages: readonly CaseMessage[];
  readonly images?: readonly string[];
  readonly ids: readonly number[];
  readonly new_ids: readonly number[];
  readonly new_text: string;
  readonly max_new_tokens: number;
}

export interface GenerationPromptCase {
  readonly name: string;
  readonly text: string;
  readonly prompt: string;
  readonly ids: readonly number[];
  readonly uncond_ids: readonly number[];
}

export interface ImageRunCase {
  readonly name: string;
  readonly prompt: string;
  readonly weight: number;
  readonly forced: boolean;
  readonly ids: readonly number[];
  readonly tensors: { cond: string; uncond: string; guided: string };
}

export interface VqEncodeCase {
  readonly name: string;
  readonly ids: readonly number[];
  readonly tensors: { pixels: string; z: string };
}

export interface VqDecodeCase {
  readonly name: string;
  readonly ids: readonly number[];
  readonly tensors: { image: string; u8: string };
}

export interface SamplerCase {
  readonly vector: string;
  readonly temperature: number;
  readonly top_k: number | null;
  readonly top_p: number | null;
  readonly tensor: string;
  readonly exact_support: boolean;
}

/** What cases.json of a golden folder says. */
export interface Cases {
  readonly name: string;
  readonly roles: readonly [string, string];
  readonly tolerance: Readonly<Record<string, number>>;
  readonly pictures: readonly PictureCase[];
  readonly prompts: readonly PromptCase[];
  readonly strings: readonly StringCase[];
  readonly text: readonly TextCase[];
  readonly text_stop: StopCase | readonly StopCase[];
  readonly text_batch?: { rows: readonly string[]; new_ids: readonly (readonly number[])[]; tensors: { step_logits: string } };
  readonly generation_prompts: readonly GenerationPromptCase[];
  readonly image_runs: readonly ImageRunCase[];
  readonly vq_encode: readonly VqEncodeCase[];
  readonly vq_decode: readonly VqDecodeCase[];
  readonly sampler: readonly SamplerCase[];
}

/** Sections a folder may leave out. */
const NO_CASES = {
  pictures: [],
  prompts: [],
  strings: [],
  text: [],
  text_stop: [],
  generation_prompts: [],
  image_runs: [],
  vq_encode: [],
  vq_decode: [],
  sampler: []
} as const satisfies Partial<Cases>;

/** A golden folder: a checkpoint and what it must give. */
export interface Goldens {
  readonly checkpoint: string;
  /** Folder of the expectations: another set's where `same_expectations_as` says so. */
  readonly folder: string;
  readonly cases: Cases;
  /** Tensors of expected/NAME.safetensors; none where there is no such file. */
  tensors(name: string): ReadonlyMap<string, StoredTensor>;
  picture(file: string): Buffer;
}

/** Opens a golden folder. @throws {Error} if cases.json is missing or no JSON */
export function openGoldens(checkpoint: string): Goldens {
  const own = JSON.parse(readFileSync(join(checkpoint, 'cases.json'), 'utf8')) as Cases & { same_expectations_as?: string };
  const file = own.same_expectations_as ? resolve(checkpoint, own.same_expectations_as) : join(checkpoint, 'cases.json');
  const folder = dirname(file);
  const cases = { ...NO_CASES, ...(own.same_expectations_as ? (JSON.parse(readFileSync(file, 'utf8')) as Cases) : own) };
  const cache = new Map<string, ReadonlyMap<string, StoredTensor>>();
  return {
    checkpoint,
    folder,
    cases,
    tensors(name) {
      const path = join(folder, 'expected', `${name}.safetensors`);
      const known = cache.get(name) ?? (existsSync(path) ? readSafetensors(path) : new Map());
      cache.set(name, known);
      return known;
    },
    picture: (name) => readFileSync(join(folder, name))
  };
}
