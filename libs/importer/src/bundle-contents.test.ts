import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '@janus-mesh/bundle';
import { canonicalTensors } from '@janus-mesh/models';
import { bundleTensors } from '@janus-mesh/networks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importCheckpoint } from './index.ts';
import { golden, readJson } from './testing/golden-folder.ts';
import { readPlainTensors, valuesOf } from './testing/plain-tensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-contents-'));
let manifest: Manifest;
let stored: ReadonlyMap<string, Float32Array>;
let bundled: ReadonlyMap<string, Float32Array>;
let palette: Uint8Array;

beforeAll(async () => {
  const dir = join(folder, 'bundle');
  manifest = await importCheckpoint(golden('tiny-pro'), dir, { quantize: 'f32' });
  stored = new Map(readPlainTensors(join(golden('tiny-pro'), 'model.safetensors')).map((tensor) => [tensor.name, valuesOf(tensor)]));
  const tensors = readPlainTensors(join(dir, 'weights.safetensors'));
  bundled = new Map(tensors.filter(({ dtype }) => dtype === 'f32').map((tensor) => [tensor.name, valuesOf(tensor)]));
  palette = tensors.find(({ name }) => name === 'codec.palette')?.bytes ?? new Uint8Array();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function checkpointTensor(name: string): Float32Array {
  return stored.get(`model.${name}`) ?? stored.get(name) ?? new Float32Array();
}

test('every tensor of a model is in its bundle, and nothing else is asked for', () => {
  const { config } = manifest;
  const variants = [
    config,
    { ...config, text: { ...config.text, kvHeads: 2, headDim: 24 } },
    { ...config, codec: { ...config.codec, channelMultiplier: [1, 2, 4], resBlocks: 1, grid: 16 } }
  ];
  for (const variant of variants) {
    const used = bundleTensors(variant).flatMap(({ source }) => ('from' in source ? source.from : []));
    expect(used.toSorted()).toEqual(
      canonicalTensors(variant)
        .map(({ name }) => name)
        .toSorted()
    );
  }
});

test('tensors in their own order are copied', () => {
  expect(bundled.get('vision.positions')).toEqual(checkpointTensor('vision_model.embeddings.position_embedding.weight'));
  expect(bundled.get('codec.decoder.conv_in.weight')).toEqual(checkpointTensor('vqmodel.decoder.conv_in.weight'));
});

test('matrices lie side by side as columns', () => {
  const [hidden, each] = [64, 64];
  const parts = ['q', 'k', 'v'].map((part) => checkpointTensor(`language_model.layers.1.self_attn.${part}_proj.weight`));
  const expected = Float32Array.from({ length: hidden * 3 * each }, (_, i) => {
    const [row, column] = [Math.floor(i / (3 * each)), i % (3 * each)];
    return parts[Math.floor(column / each)]?.[(column % each) * hidden + row] ?? Number.NaN;
  });
  expect(bundled.get('text.layers.1.qkv')).toEqual(expected);
});

test('vectors lie one after another', () => {
  const parts = ['q', 'k', 'v'].map((part) => [...checkpointTensor(`vision_model.encoder.layers.0.self_attn.${part}_proj.bias`)]);
  expect([...(bundled.get('vision.blocks.0.qkv.bias') ?? [])]).toEqual(parts.flat());
});

test('the code table holds what gen_embed and gen_aligner make of each code', () => {
  const table = bundled.get('text.code_table') ?? new Float32Array();
  expect(table.length).toBe(256 * 64);
  const codes = checkpointTensor('generation_embeddings.weight');
  for (const code of [0, 1, 100, 255]) {
    const inner = linear(codes.subarray(code * 8, code * 8 + 8), 'generation_aligner.fc1').map(gelu);
    const expected = linear(inner, 'generation_aligner.hidden_layers.0');
    for (const [i, value] of expected.entries()) expect(table[code * 64 + i]).toBeCloseTo(value, 5);
  }
});

test('the palette resembles decoded pictures', () => {
  expect(palette.length).toBe(256 * 3);
  const decoded = readPlainTensors(join(golden('tiny-pro'), 'expected/vq.safetensors'));
  const { name, ids } = readJson(golden('tiny-pro'), 'cases.json').vq_decode[0];
  const image = decoded.find((tensor) => tensor.name === `vq/${name}/u8`);
  const [seen, told]: [number[], number[]] = [[], []];
  for (const [cell, id] of (ids as number[]).flat().entries()) {
    for (let channel = 0; channel < 3; channel++) {
      seen.push(patchMean(image?.bytes ?? new Uint8Array(), cell, channel));
      told.push(palette[id * 3 + channel] ?? 0);
    }
  }
  expect(correlation(seen, told)).toBeGreaterThan(0.5);
});

function linear(input: Float32Array, name: string): Float32Array {
  const weight = checkpointTensor(`${name}.weight`);
  return checkpointTensor(`${name}.bias`).map((bias, row) =>
    input.reduce((sum, x, i) => sum + x * (weight[row * input.length + i] ?? 0), bias)
  );
}

function gelu(x: number): number {
  return (x / 2) * (1 + erf(x / Math.SQRT2));
}

// Its Taylor series: exact enough for the small arguments here.
function erf(x: number): number {
  let sum = 0;
  for (let n = 0, term = x; n < 60; n++, term *= (-x * x) / n) sum += term / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * sum;
}

// u8 [64, 64, 3], patches of 16
function patchMean(image: Uint8Array, cell: number, channel: number): number {
  let sum = 0;
  for (let i = 0; i < 256; i++) {
    const [y, x] = [Math.floor(cell / 4) * 16 + Math.floor(i / 16), (cell % 4) * 16 + (i % 16)];
    sum += image[(y * 64 + x) * 3 + channel] ?? 0;
  }
  return sum / 256;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] ?? 0) - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}
