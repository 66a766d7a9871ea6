import { join, resolve } from 'node:path';
import { openBundle } from '@janus-mesh/bundle';
import { openRuntime } from '@janus-mesh/runtime';
import { expect, test } from 'vitest';
import { importCheckpoint } from '../index.ts';
import { temporaryFolder } from '../testing/golden-folder.ts';
import { plantOutliers } from '../testing/outlier-channels.ts';
import { readPlainTensors, valuesOf } from '../testing/plain-tensors.ts';

const TINY_SHAPES = resolve(import.meta.dirname, '../../../../models/tiny-shapes');
const runtime = openRuntime({ threads: 2 });

test('a model without outliers keeps nothing, and its cache becomes int8', async () => {
  const dir = join(temporaryFolder(), 'bundle');
  const { quantization, limits } = await importCheckpoint(TINY_SHAPES, dir, { runtime });
  expect(quantization).toMatchObject({ scheme: 'w8a8', text: 'w8a8', vision: 'w8a8', embedding: 'bf16', kept: [] });
  expect(limits.guided).toEqual({ cosine: 0.999, divergence: 0.01 });
  const { tensors } = await openBundle(dir);
  const scales = readPlainTensors(join(dir, 'weights.safetensors')).filter(({ name }) => /layers\.\d\.[kv]_scale$/.test(name));
  expect(scales).toHaveLength(2 * 5);
  for (const scale of scales) {
    expect(scale.dims).toEqual(quantization.kv === 'int8' ? [1] : [4 * 32]);
    for (const value of valuesOf(scale)) {
      expect(value * 127).toBeGreaterThan(0.1);
      expect(value * 127).toBeLessThan(100);
    }
  }
  expect(tensors.get('text.layers.0.qkv')).toMatchObject({ dtype: 'i8', dims: [128, 3 * 128] });
  expect(tensors.get('text.layers.0.qkv.scale')).toMatchObject({ dtype: 'f32', dims: [3 * 128] });
  expect(tensors.get('text.embed')).toMatchObject({ dtype: 'bf16' });
});

test('linears that read outlier channels are kept in f32, with the reason', async () => {
  const folder = temporaryFolder();
  const dir = join(folder, 'bundle');
  const { quantization } = await importCheckpoint(plantOutliers(TINY_SHAPES, folder), dir, { runtime });
  const expected = [0, 1, 2, 3, 4].flatMap((layer) => ['qkv', 'gate', 'up'].map((part) => `text.layers.${layer}.${part}`));
  expect(quantization.kept.map(({ linear }) => linear)).toEqual(expected);
  for (const { form, error, limit } of quantization.kept) {
    expect([form, limit]).toEqual(['f32', 0.05]);
    expect(error).toBeGreaterThan(0.1);
    expect(error).toBeLessThan(1.5);
  }
  const { tensors } = await openBundle(dir);
  expect(tensors.get('text.layers.0.qkv')).toMatchObject({ dtype: 'f32', dims: [128, 3 * 128] });
  expect(tensors.get('text.layers.0.o')).toMatchObject({ dtype: 'i8' });
});

test('without calibration nothing is kept, and the cache stays f32', async () => {
  const folder = temporaryFolder();
  const { quantization } = await importCheckpoint(plantOutliers(TINY_SHAPES, folder), join(folder, 'bundle'), {
    runtime,
    calibrate: false
  });
  expect(quantization).toMatchObject({ scheme: 'w8a8', kv: 'f32', kept: [] });
});

test('blocks of 128 are written and named where they fit; where they do not, 8 bits are kept', async () => {
  const dir = join(temporaryFolder(), 'bundle');
  const { quantization } = await importCheckpoint(TINY_SHAPES, dir, { runtime, quantize: 'w4', block: 128 });
  expect(quantization).toMatchObject({ scheme: 'w4', block: 128, text: 'w4' });
  const uneven = quantization.kept.filter(({ linear }) => linear.endsWith('.down'));
  const reason = { form: 'w8a8', error: 1, limit: 0.16, undivided: 352 };
  expect(uneven).toEqual([0, 1, 2, 3, 4].map((layer) => ({ linear: `text.layers.${layer}.down`, ...reason })));
  const { manifest, tensors } = await openBundle(dir);
  expect(manifest.quantization.block).toBe(128);
  expect(tensors.get('text.layers.0.qkv')).toMatchObject({ dtype: 'u8', dims: [3 * 128, 1, 64] });
  expect(tensors.get('text.layers.0.qkv.scale')).toMatchObject({ dtype: 'f32', dims: [3 * 128, 1] });
  expect(tensors.get('text.layers.0.down')).toMatchObject({ dtype: 'i8', dims: [352, 128] });
});

test('4 bits fall back to 8 where only they pass', async () => {
  const { quantization } = await importCheckpoint(TINY_SHAPES, join(temporaryFolder(), 'bundle'), { runtime, quantize: 'w4' });
  expect(quantization).toMatchObject({ scheme: 'w4', text: 'w4', textHead: 'w4', codeHead: 'w4', aligner: 'w8a8' });
  for (const { form, error, limit } of quantization.kept) {
    expect(form).toBe('w8a8');
    expect(error).toBeGreaterThan(limit);
  }
});
