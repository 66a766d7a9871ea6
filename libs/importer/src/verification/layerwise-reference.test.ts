import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { relativeError } from '../calibration/relative-error.ts';
import { importCheckpoint } from '../import-checkpoint.ts';
import { golden, readJson, temporaryFolder } from '../testing/golden-folder.ts';
import { readPlainTensors, valuesOf } from '../testing/plain-tensors.ts';
import { layerwiseReference } from './layerwise-reference.ts';
import { GUIDANCE } from './recording.ts';

const FOLDER = golden('tiny-pro');

function expected(file: string, name: string): Float32Array {
  const tensor = readPlainTensors(join(FOLDER, 'expected', file)).find((each) => each.name === name);
  if (!tensor) throw new Error(`${file} has no tensor ${name}`);
  return valuesOf(tensor);
}

test("a checkpoint run layer by layer gives the original model's features and logits", async () => {
  const cases = readJson(FOLDER, 'cases.json');
  // biome-ignore lint/suspicious/noExplicitAny: recorded cases
  const run = cases.image_runs.find(({ weight }: any) => weight === GUIDANCE);
  // biome-ignore lint/suspicious/noExplicitAny: recorded cases
  const { ids: prompt, uncond_ids: negative } = cases.generation_prompts.find(({ name }: any) => name === run.prompt);
  // biome-ignore lint/suspicious/noExplicitAny: recorded cases
  const text = cases.text.find(({ images }: any) => images.length === 0);
  const answer = { ids: text.ids as number[], newIds: text.new_ids as number[] };
  const plan = {
    pictures: [readFileSync(join(FOLDER, 'images/wide.png'))],
    drawings: [{ prompt, negative }],
    codes: run.ids.length,
    questions: [[{ kind: 'ids' as const, ids: answer.ids }]],
    answerTokens: answer.newIds.length,
    text: answer.ids,
    textTokens: answer.ids.length
  };
  const {
    features,
    aligned,
    guided,
    answers,
    text: logits,
    revision
  } = await layerwiseReference(FOLDER, { plan, along: { codes: [run.ids], answers: [answer.newIds] } });
  expect(relativeError(expected('vision.safetensors', 'features/wide'), features[0] as Float32Array, 48)).toBeLessThan(1e-4);
  expect(relativeError(expected('vision.safetensors', 'aligned/wide'), aligned[0] as Float32Array, 64)).toBeLessThan(1e-4);
  expect(relativeError(expected('image.safetensors', run.tensors.guided), guided[0] as Float32Array, 256)).toBeLessThan(1e-4);
  expect(relativeError(expected('text.safetensors', text.tensors.step_logits), answers[0] as Float32Array, 2048)).toBeLessThan(1e-4);
  const all = expected('text.safetensors', text.tensors.logits);
  expect(relativeError(all.subarray(0, logits.length), logits, 2048)).toBeLessThan(1e-4);
  const bundle = await importCheckpoint(FOLDER, join(temporaryFolder(), 'bundle'), { calibrate: false });
  expect(revision, 'what a bundle of it has').toBe(bundle.revision);
});
