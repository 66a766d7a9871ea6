import { schemeOf } from '@janus-mesh/models';
import { openRuntime, type Session } from '@janus-mesh/runtime';
import { beforeAll, expect, test } from 'vitest';
import { aligner } from './aligner.ts';
import { bundleTensors } from './bundle-tensors.ts';
import { codeEmbedder } from './code-embedder.ts';
import { codeHead, textHead } from './heads.ts';
import type { Network, NetworkConfig } from './network.ts';
import { siglipEncoder } from './siglip-encoder.ts';
import {
  bundleData,
  type FloatTensor,
  goldenModel,
  halfBundle,
  largestError,
  openNetwork,
  runOnce,
  StepSequences
} from './testing/index.ts';

// Networks whose matrices are f16, against what the original gives in f32. The CPU provider multiplies them in f32: how values are rounded
// between linears, only a device that multiplies halves can show.
const FEATURE_LIMIT = 0.02;
const LOGIT_LIMIT = 0.05;

const runtime = openRuntime({ threads: 1 });

/** Logits of steps, and what the original gives. */
interface Step {
  readonly logits: Float32Array;
  readonly expected: Float32Array;
  readonly columns: number;
}

const golden = goldenModel();
const config: NetworkConfig = { ...golden.config, floats: 'f16' };
const { cases } = golden;
const { hiddenSize, vocabSize } = config.text;
const { codebookSize } = config.codec;
const { imageSize, rows, hiddenSize: width } = config.vision;
const plain = bundleData(golden.config, golden.canonical);
const data = halfBundle(config, plain);
const vision = golden.expected('vision');
const words = plain.get('text.embed') as FloatTensor;
const open = (network: Network) => openNetwork(runtime, network, data);
const row = (table: Float32Array, index: number) => table.subarray(index * hiddenSize, (index + 1) * hiddenSize);
let step: StepSequences;
let codeTable: Float32Array;

beforeAll(async () => {
  step = await StepSequences.open(runtime, config, data, 2);
  const embedded = runtime.tensor('f32', [codebookSize, hiddenSize]);
  const codes = BigInt64Array.from({ length: codebookSize }, (_, i) => BigInt(i));
  await runOnce(await open(codeEmbedder(config)), { codes: runtime.tensor('i64', [codebookSize], codes) }, { embedded });
  codeTable = embedded.data;
});

async function run(session: Session, [input, dims, values]: [string, number[], Float32Array], output: [string, number[]]) {
  const result = runtime.tensor('f32', output[1]);
  await runOnce(session, { [input]: runtime.tensor('f32', dims, values) }, { [output[0]]: result });
  return result.data;
}

// Embeddings of a prompt; placeholders are rows of the pictures' aligned features, in order.
function embed(ids: readonly number[], images: readonly string[]): Float32Array[] {
  const features = images.flatMap((picture) => {
    const aligned = vision.get(`aligned/${picture}`)?.data as Float32Array;
    return Array.from({ length: rows }, (_, i) => row(aligned, i));
  });
  return ids.map((id) => (id === cases.special_ids.image_placeholder ? (features.shift() as Float32Array) : row(words.data, id)));
}

// The prompt in one chunk, what follows token by token. → hidden states of all
async function states(prompt: readonly Float32Array[], following: readonly Float32Array[]): Promise<Float32Array> {
  const sequence = step.sequence(256);
  const parts: number[] = [];
  for (const embeddings of [flat(prompt), ...following]) {
    const [hidden] = await step.step([{ sequence, embeddings }]);
    parts.push(...(hidden as Float32Array));
  }
  return Float32Array.from(parts);
}

test('features and what the aligner makes of them are within 0.02', async () => {
  const encoder = await open(siglipEncoder(config));
  const second = await open(aligner(config));
  const pixels = golden.expected('preprocess');
  for (const { name: picture } of cases.pictures) {
    const input = pixels.get(`${picture}/pixel_values`)?.data as Float32Array;
    const features = await run(encoder, ['pixels', [1, 3, imageSize, imageSize], input], ['features', [1, rows, width]]);
    const aligned = await run(second, ['features', [1, rows, width], features], ['aligned', [1, rows, hiddenSize]]);
    expect(largestError(features, vision.get(`features/${picture}`)?.data as Float32Array), picture).toBeLessThan(FEATURE_LIMIT);
    expect(largestError(aligned, vision.get(`aligned/${picture}`)?.data as Float32Array), picture).toBeLessThan(FEATURE_LIMIT);
  }
});

test("text logits are within 0.05, and ids the original's wherever its margin exceeds the error", async () => {
  const text = golden.expected('text');
  const head = await open(textHead(config));
  for (const { name: of, ids, images, new_ids: answer } of cases.text) {
    const hidden = await states(embed(ids, images), embed(answer.slice(0, -1), []));
    const count = hidden.length / hiddenSize;
    const logits = await run(head, ['hidden', [1, count, hiddenSize], hidden], ['logits', [1, count, vocabSize]]);
    const prompt = logits.subarray(0, ids.length * vocabSize);
    expect(largestError(prompt, text.get(`text/${of}/logits`)?.data as Float32Array), of).toBeLessThan(LOGIT_LIMIT);
    const steps = logits.subarray((ids.length - 1) * vocabSize);
    checkSteps({ logits: steps, expected: text.get(`text/${of}/step_logits`)?.data as Float32Array, columns: vocabSize }, of);
  }
});

test("code logits of both rows of a guidance pair are within 0.05, and ids the original's wherever its margin exceeds the error", async () => {
  const image = golden.expected('image');
  const head = await open(codeHead(config));
  for (const { name: of, prompt, ids } of cases.image_runs) {
    const prompts = cases.generation_prompts.find((candidate) => candidate.name === prompt);
    for (const branch of ['cond', 'uncond'] as const) {
      const promptIds = (branch === 'cond' ? prompts?.ids : prompts?.uncond_ids) as number[];
      const codes = ids.slice(0, -1).map((id) => row(codeTable, id));
      const hidden = (await states(embed(promptIds, []), codes)).slice((promptIds.length - 1) * hiddenSize);
      const logits = await run(head, ['hidden', [1, ids.length, hiddenSize], hidden], ['logits', [1, ids.length, codebookSize]]);
      const expected = image.get(`image/${of}/${branch}`)?.data as Float32Array;
      checkSteps({ logits, expected, columns: codebookSize }, `${of} ${branch}`);
    }
  }
});

function checkSteps({ logits, expected, columns }: Step, what: string): void {
  const error = largestError(logits, expected);
  expect(error, what).toBeLessThan(LOGIT_LIMIT);
  for (let at = 0; at < expected.length; at += columns) {
    const exact = expected.subarray(at, at + columns);
    const [first = 0, second = 0] = exact.toSorted().subarray(-2).reverse();
    if (first - second > error) expect(argmax(logits.subarray(at, at + columns)), `${what}, step ${at / columns}`).toBe(argmax(exact));
  }
}

function argmax(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}

function flat(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((values) => [...values]));
}

test('matrices and nothing else are f16, those of VQ excepted', () => {
  const halves = bundleTensors(config).filter(({ dtype }) => dtype === 'f16');
  expect(new Set(halves.map(({ source }) => source.kind))).toEqual(new Set(['columns']));
  expect(halves.some(({ name }) => name.startsWith('codec.'))).toBe(false);
  expect(halves.map(({ name }) => name)).toEqual(expect.arrayContaining(['text.head', 'text.layers.0.qkv', 'vision.blocks.0.fc1.weight']));
});

test('a network in f16 that is quantised too is refused', () => {
  const quantization = schemeOf('w8a8', 'f32');
  expect(() => aligner({ ...config, quantization })).toThrow('a network in f16 is not quantised: expected scheme f32, got w8a8');
});
