import { goldenModel, largestError } from '@janus-mesh/networks/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlignedFeatures, TokenInput } from '../engine/model-runner.ts';
import { createRunner } from './create-runner.ts';
import type { PackedRunner } from './packed-runner.ts';
import { importGolden, runtime } from './testing/golden-runner.ts';
import { slice, tokens } from './testing/slices.ts';

const golden = goldenModel();
const { cases, config } = golden;
const vision = golden.expected('vision');
let runner: PackedRunner;
let imported: Awaited<ReturnType<typeof importGolden>>;

beforeAll(async () => {
  imported = await importGolden();
  runner = await createRunner({ bundle: imported.bundle, runtime, slots: 6, kvBudgetBytes: 64 << 20 });
});

afterAll(async () => {
  runner.release();
  await imported.remove();
});

const align = (name: string) => runner.align(vision.get(`features/${name}`)?.data as Float32Array, config.vision.rows);

// A prompt with placeholders replaced by the rows of its pictures, in order.
async function promptOf({ ids, images }: { ids: readonly number[]; images: readonly string[] }): Promise<TokenInput[]> {
  const pictures: AlignedFeatures[] = await Promise.all(images.map(align));
  let row = 0;
  return tokens(ids).map((token) => {
    if (token.kind === 'feature' || token.id !== cases.special_ids.image_placeholder) return token;
    const features = pictures[Math.floor(row / config.vision.rows)] as AlignedFeatures;
    return { kind: 'feature', features, row: row++ % config.vision.rows };
  });
}

describe('a runner over an imported checkpoint', () => {
  test("gives the original's text logits at every prompt position and step", async () => {
    const expected = golden.expected('text');
    for (const text of cases.text) {
      const prompt = await promptOf(text);
      const kv = runner.allocate(prompt.length + text.new_ids.length);
      const [all] = await runner.run([slice({ kv, past: 0, tokens: prompt, logits: 'all' })]);
      const tolerance = cases.tolerance.text_logits as number;
      expect(largestError(all?.rows as Float32Array, expected.get(`text/${text.name}/logits`)?.data as Float32Array)).toBeLessThan(
        tolerance
      );
      const steps = expected.get(`text/${text.name}/step_logits`)?.data as Float32Array;
      for (const [step, id] of text.new_ids.slice(0, -1).entries()) {
        const [next] = await runner.run([slice({ kv, past: prompt.length + step, tokens: tokens([id]) })]);
        const row = steps.subarray((step + 1) * config.text.vocabSize, (step + 2) * config.text.vocabSize);
        expect(largestError(next?.rows as Float32Array, row), `${text.name} step ${step}`).toBeLessThan(tolerance);
      }
      runner.free(kv);
    }
  });

  test("gives the original's code logits, both rows of a guidance pair in one step", async () => {
    const expected = golden.expected('image');
    for (const { name, prompt, ids } of cases.image_runs) {
      const prompts = cases.generation_prompts.find((candidate) => candidate.name === prompt);
      const rows = (['ids', 'uncond_ids'] as const).map((key) => {
        const promptIds = prompts?.[key] as number[];
        return { kv: runner.allocate(promptIds.length + ids.length), past: 0, tokens: tokens(promptIds) };
      });
      for (const [step, id] of ids.entries()) {
        const logits = await runner.run(rows.map((row) => slice({ ...row, head: 'codes' })));
        for (const [i, branch] of ['cond', 'uncond'].entries()) {
          const all = expected.get(`image/${name}/${branch}`)?.data as Float32Array;
          const { codebookSize } = config.codec;
          const error = largestError(logits[i]?.rows as Float32Array, all.subarray(step * codebookSize, (step + 1) * codebookSize));
          expect(error, `${name} ${branch} step ${step}`).toBeLessThan(cases.tolerance.image_branch_logits as number);
        }
        for (const row of rows) {
          row.past += row.tokens.length;
          row.tokens = tokens([id], 'code');
        }
      }
      for (const { kv } of rows) runner.free(kv);
    }
  });

  test('says how wide its rows are and what caches cost', () => {
    const { layers, kvHeads, headDim, contextTokens } = config.text;
    const perToken = layers * 2 * kvHeads * headDim * 4;
    expect(runner.vocabulary('text')).toBe(config.text.vocabSize);
    expect(runner.vocabulary('codes')).toBe(config.codec.codebookSize);
    expect(runner.kvBytes(1)).toBe(256 * perToken);
    expect(runner.kvBytes(257)).toBe(512 * perToken);
    expect(runner.kvBytes(contextTokens)).toBe(contextTokens * perToken);
    const kv = runner.allocate(300);
    expect({ capacity: kv.capacity, bytes: kv.bytes }).toEqual({ capacity: 512, bytes: 512 * perToken });
    runner.free(kv);
  });
});

test('slots that are no whole number from 1 are refused', async () => {
  const { bundle } = imported;
  await expect(createRunner({ bundle, runtime, slots: 0, kvBudgetBytes: 1 })).rejects.toThrow('slots must be a whole number from 1, not 0');
});

test('a weight file that lacks a tensor is refused by name', async () => {
  const { bundle } = imported;
  const tensors = new Map(bundle.tensors);
  tensors.delete('text.layers.1.up');
  await expect(createRunner({ bundle: { ...bundle, tensors }, runtime, kvBudgetBytes: 1 })).rejects.toThrow('no tensor text.layers.1.up');
});
