import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type GenerateStart, Head, ScoreOutput, TransformerServiceDefinition } from '@janus-mesh/contracts';
import { Code } from '@janus-mesh/rpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floats, readSafetensors } from '../../../test/support/safetensors.ts';
import { importTiny, startTier, type TestTier, type TinyBundle } from '../../../test/support/tier.ts';
import { generate, type NamedFeatures, score, segmentsOf } from '../../../test/support/tier-calls.ts';
import { PREFILL_CHUNK } from './engine/chunk-grid.ts';
import { transformer } from './service.ts';

const GOLDENS = resolve(import.meta.dirname, '../../../test/goldens/tiny-pro');
const cases = JSON.parse(readFileSync(resolve(GOLDENS, 'cases.json'), 'utf8'));
const expected = (file: string) => readSafetensors(resolve(GOLDENS, `expected/${file}.safetensors`));
const [text, image, vision] = ['text', 'image', 'vision'].map(expected) as [
  ReturnType<typeof expected>,
  ReturnType<typeof expected>,
  ReturnType<typeof expected>
];

interface TextCase {
  readonly name: string;
  readonly images: readonly string[];
  readonly ids: readonly number[];
  readonly new_ids: readonly number[];
}
interface ImageRun {
  readonly name: string;
  readonly prompt: string;
  readonly weight: number;
  readonly forced: boolean;
  readonly ids: readonly number[];
}
const TEXTS: readonly TextCase[] = cases.text;
const RUNS: readonly ImageRun[] = cases.image_runs;

const GREEDY = { temperature: 0, topK: 0, topP: 1, seed: 0n };
let bundle: TinyBundle;
let tier: TestTier<TransformerServiceDefinition>;

beforeAll(async () => {
  bundle = await importTiny();
  tier = await startTier(transformer, TransformerServiceDefinition, bundle, {
    JANUS_MESH_DIAGNOSTICS: 'true',
    JANUS_MESH_SPIN: 'false'
  });
});

afterAll(async () => {
  await tier?.stop();
  bundle?.remove();
});

function featuresOf(names: readonly string[]): NamedFeatures[] {
  return names.map((name) => ({
    hash: createHash('sha256').update(name).digest(),
    values: floats(vision, `features/${name}`),
    rows: cases.image_tokens
  }));
}

function textStart({ ids, images }: Pick<TextCase, 'ids' | 'images'>) {
  const prompt = segmentsOf(ids, cases.special_ids.image_placeholder, featuresOf(images));
  return { revision: bundle.revision, head: Head.HEAD_TEXT, prompt };
}

function pictureStart({ prompt, weight }: Pick<ImageRun, 'prompt' | 'weight'>) {
  const { ids, uncond_ids } = cases.generation_prompts.find(({ name }: { name: string }) => name === prompt);
  const segments = (values: readonly number[]) => segmentsOf(values, -1, []);
  return {
    revision: bundle.revision,
    head: Head.HEAD_CODES,
    prompt: segments(ids),
    negativePrompt: segments(uncond_ids),
    guidanceWeight: weight
  };
}

async function newIds(start: Partial<GenerateStart>, features: readonly NamedFeatures[] = []): Promise<number[]> {
  const { ids } = await generate(tier.client, { sampling: GREEDY, samples: 1, ...start }, features);
  return ids[0] ?? [];
}

function largestError(actual: Float32Array, wanted: Float32Array): number {
  expect(actual.length).toBe(wanted.length);
  return actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (wanted[i] as number))), 0);
}

describe('text', () => {
  test.each(TEXTS)("$name: greedy ids are the original's, pictures and long prompts included", async (golden) => {
    const start = { ...textStart(golden), maxNewTokens: golden.new_ids.length };
    expect(await newIds(start, featuresOf(golden.images))).toEqual(golden.new_ids);
  });

  test('all of them at once give the same', async () => {
    const all = TEXTS.map((golden) => newIds({ ...textStart(golden), maxNewTokens: golden.new_ids.length }, featuresOf(golden.images)));
    expect(await Promise.all(all)).toEqual(TEXTS.map(({ new_ids }) => new_ids));
  });

  test('a stop id ends the answer and is its last id', async () => {
    const { ids, new_ids, max_new_tokens } = cases.text_stop;
    const start = { ...textStart({ ids, images: [] }), maxNewTokens: max_new_tokens, stopIds: [cases.special_ids.eos] };
    expect(await newIds(start)).toEqual(new_ids);
  });

  test.each(TEXTS)("$name: logits at every prompt position and step are the original's", async (golden) => {
    const { promptLogits, cond } = await score(
      tier.client,
      { ...textStart(golden), continuation: [...golden.new_ids], output: ScoreOutput.SCORE_OUTPUT_LOGITS, promptLogits: true },
      featuresOf(golden.images)
    );
    expect(largestError(promptLogits, floats(text, `text/${golden.name}/logits`))).toBeLessThanOrEqual(cases.tolerance.text_logits);
    expect(largestError(cond, floats(text, `text/${golden.name}/step_logits`))).toBeLessThanOrEqual(cases.tolerance.text_step_logits);
  });
});

describe('pictures', () => {
  test.each(RUNS.filter(({ forced }) => !forced))("$name: greedy codes are the original's", async (run) => {
    expect(await newIds({ ...pictureStart(run), maxNewTokens: run.ids.length })).toEqual(run.ids);
  });

  test.each(RUNS)("$name: conditional, unconditional and guided logits are the original's", async (run) => {
    const { cond, uncond, guided } = await score(tier.client, {
      ...pictureStart(run),
      continuation: [...run.ids],
      output: ScoreOutput.SCORE_OUTPUT_LOGITS
    });
    expect(largestError(cond, floats(image, `image/${run.name}/cond`))).toBeLessThanOrEqual(cases.tolerance.image_branch_logits);
    expect(largestError(uncond, floats(image, `image/${run.name}/uncond`))).toBeLessThanOrEqual(cases.tolerance.image_branch_logits);
    expect(largestError(guided, floats(image, `image/${run.name}/guided`))).toBeLessThanOrEqual(cases.tolerance.image_guided_logits);
  });
});

describe('bits', () => {
  const sampling = { temperature: 1, topK: 50, topP: 0.95, seed: 2n ** 64n - 1n };

  test('in company as alone: six texts and five pictures at once give the tokens and the logits that each gives alone', async () => {
    const requests = [
      ...[0, 1, 2, 0, 1, 2].map((i, n) => {
        const golden = TEXTS[i] as TextCase;
        const start = { ...textStart(golden), maxNewTokens: 24, sampling: { ...sampling, seed: BigInt(n) } };
        return { start, features: featuresOf(golden.images) };
      }),
      ...[0, 1, 2, 3, 4].map((i) => {
        const start = { ...pictureStart(RUNS[i] as ImageRun), maxNewTokens: 16, sampling: { ...sampling, seed: BigInt(100 + i) } };
        return { start, features: [] };
      })
    ];
    const run = ({ start, features }: (typeof requests)[0]) => generate(tier.client, { samples: 2, logitHashes: true, ...start }, features);
    const together = await Promise.all(requests.map(run));
    for (const [i, request] of requests.entries()) expect(together[i]).toEqual(await run(request));
  });

  test('the second sample of a request is the first of the next seed', async () => {
    const start = { ...pictureStart(RUNS[0] as ImageRun), maxNewTokens: 16, logitHashes: true };
    const two = await generate(tier.client, { ...start, sampling, samples: 2 });
    const next = await generate(tier.client, { ...start, sampling: { ...sampling, seed: 0n }, samples: 1 });
    expect(two.ids[1]).toEqual(next.ids[0]);
    expect(two.hashes[1]).toEqual(next.hashes[0]);
  });

  test('samples of one prompt, which runs once, are those that each seed gives alone', async () => {
    const golden = TEXTS.find(({ images }) => images.length > 0) as TextCase;
    const start = { ...textStart(golden), maxNewTokens: 12, logitHashes: true };
    const before = await tier.client.getTransformerStats({});
    const samples = await generate(tier.client, { ...start, sampling, samples: 4 }, featuresOf(golden.images));
    const { sharedPromptTokens } = await tier.client.getTransformerStats({});
    for (const [i, hashes] of samples.hashes.entries()) {
      const seed = BigInt.asUintN(64, sampling.seed + BigInt(i));
      const alone = await generate(tier.client, { ...start, sampling: { ...sampling, seed }, samples: 1 }, featuresOf(golden.images));
      expect(hashes).toEqual(alone.hashes[0]);
    }
    expect(sharedPromptTokens - before.sharedPromptTokens).toBeGreaterThan(0n);
    expect((sharedPromptTokens - before.sharedPromptTokens) % 3n).toBe(0n);
  });

  test('tokens that are forced give the logits they gave when they were drawn', async () => {
    const start = { ...pictureStart(RUNS[0] as ImageRun), maxNewTokens: 16, logitHashes: true, sampling, samples: 1 };
    const drawn = await generate(tier.client, start);
    expect(await generate(tier.client, { ...start, forcedIds: drawn.ids[0] ?? [] })).toEqual(drawn);
  });
});

test('describes what it serves, and counts what it did; nothing is left of what ran', async () => {
  const description = await tier.client.describeTransformer({});
  expect(description).toMatchObject({
    tier: {
      revision: bundle.revision,
      diagnostics: true,
      threads: 2,
      fingerprint: { quantization: 'f32', kvCache: 'f32', prefillChunk: PREFILL_CHUNK }
    },
    contextTokens: 1024,
    slots: 16,
    vocabSize: 2048,
    codebookSize: 256,
    kvBytesPerToken: BigInt(3 * 2 * 64 * 4) // layers, keys and values, heads together, f32
  });
  const stats = await tier.client.getTransformerStats({});
  expect(stats).toMatchObject({ textRows: 0, codeRows: 0, groups: 0, kvBytesUsed: 0n, kvBytesBudget: description.kvBytesBudget });
  expect(stats.tier).toMatchObject({ queued: 0, running: 0, failed: 0n });
  expect(stats.steps).toBeGreaterThan(100n);
  const pictures = new Set(TEXTS.flatMap(({ images }) => images)).size;
  expect(stats.features).toMatchObject({ entries: pictures, misses: BigInt(pictures) }); // each was aligned once
  expect(stats.features?.hits).toBeGreaterThan(BigInt(pictures));
});

test('a request for another model is refused', async () => {
  await expect(newIds({ ...textStart(TEXTS[0] as TextCase), revision: 'f'.repeat(64), maxNewTokens: 1 })).rejects.toMatchObject({
    code: Code.FAILED_PRECONDITION,
    reason: 'REVISION_MISMATCH'
  });
});
