import { openRuntime, type Session } from '@janus-mesh/runtime';
import { beforeAll, expect, test } from 'vitest';
import { codeEmbedder } from './code-embedder.ts';
import { codeHead, textHead } from './heads.ts';
import type { Network } from './network.ts';
import { bundleData, type FloatTensor, goldenModel, largestError, openNetwork, runOnce, StepSequences } from './testing/index.ts';

const runtime = openRuntime({ threads: 1 });
const golden = goldenModel();
const { config, cases } = golden;
const { hiddenSize, vocabSize } = config.text;
const { codebookSize } = config.codec;
const data = bundleData(config, golden.canonical);
const vision = golden.expected('vision');
const open = (network: Network) => openNetwork(runtime, network, data);
let step: StepSequences;
let codeTable: Float32Array;

beforeAll(async () => {
  step = await StepSequences.open(runtime, config, data, 1);
  const embedded = runtime.tensor('f32', [codebookSize, hiddenSize]);
  const codes = BigInt64Array.from({ length: codebookSize }, (_, i) => BigInt(i));
  await runOnce(await open(codeEmbedder(config)), { codes: runtime.tensor('i64', [codebookSize], codes) }, { embedded });
  codeTable = embedded.data;
});

const row = (table: Float32Array, index: number) => table.subarray(index * hiddenSize, (index + 1) * hiddenSize);
const textRow = (id: number) => row((data.get('text.embed') as FloatTensor).data, id);

// Embeddings of a prompt; placeholders are rows of the pictures' aligned features, in order.
function embed(ids: readonly number[], images: readonly string[]): Float32Array {
  const features = images.flatMap((name) => {
    const aligned = vision.get(`aligned/${name}`)?.data as Float32Array;
    return Array.from({ length: config.vision.rows }, (_, i) => row(aligned, i));
  });
  const rows = ids.map((id) => (id === cases.special_ids.image_placeholder ? (features.shift() as Float32Array) : textRow(id)));
  return Float32Array.from(rows.flatMap((values) => [...values]));
}

async function hiddenStates(embeddings: Float32Array): Promise<Float32Array> {
  const sequence = step.sequence(128);
  return (await step.step([{ sequence, embeddings }]))[0] as Float32Array;
}

async function logitsOf(head: Session, states: Float32Array, columns: number): Promise<Float32Array> {
  const count = states.length / hiddenSize;
  const logits = runtime.tensor('f32', [1, count, columns]);
  await runOnce(head, { hidden: runtime.tensor('f32', [1, count, hiddenSize], states) }, { logits });
  return logits.data;
}

test("text logits are the original's at every position, pictures in the prompt included", async () => {
  const expected = golden.expected('text');
  const head = await open(textHead(config));
  for (const { name, ids, images } of cases.text) {
    const logits = await logitsOf(head, await hiddenStates(embed(ids, images)), vocabSize);
    const error = largestError(logits, expected.get(`text/${name}/logits`)?.data as Float32Array);
    expect(error, name).toBeLessThan(cases.tolerance.text_logits as number);
  }
});

test("code logits of both rows of a guidance pair are the original's at every step", async () => {
  const expected = golden.expected('image');
  const head = await open(codeHead(config));
  for (const { name, prompt, ids } of cases.image_runs) {
    const prompts = cases.generation_prompts.find((candidate) => candidate.name === prompt);
    for (const branch of ['cond', 'uncond'] as const) {
      const promptIds = (branch === 'cond' ? prompts?.ids : prompts?.uncond_ids) as number[];
      const codes = ids.slice(0, -1).flatMap((id) => [...row(codeTable, id)]);
      const states = await hiddenStates(Float32Array.from([...embed(promptIds, []), ...codes]));
      const logits = await logitsOf(head, states.slice((promptIds.length - 1) * hiddenSize), codebookSize);
      const error = largestError(logits, expected.get(`image/${name}/${branch}`)?.data as Float32Array);
      expect(error, `${name} ${branch}`).toBeLessThan(cases.tolerance.image_branch_logits as number);
    }
  }
});
