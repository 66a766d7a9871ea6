import { openRuntime } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import { codecDecoder } from './codec-decoder.ts';
import { codecEncoder } from './codec-encoder.ts';
import type { NetworkConfig } from './network.ts';
import { bundleData, type FloatTensor, goldenModel, largestError, openNetwork, randomBundle, runOnce } from './testing/index.ts';

const runtime = openRuntime({ threads: 1 });
const golden = goldenModel();
const { config, cases } = golden;
const data = bundleData(config, golden.canonical);
const expected = golden.expected('vq');

async function encode(sizes: NetworkConfig, weights: ReadonlyMap<string, FloatTensor>, pixels: Float32Array) {
  const { imageSize, codeWidth, grid } = sizes.codec;
  const session = await openNetwork(runtime, codecEncoder(sizes), weights);
  const z = runtime.tensor('f32', [1, codeWidth, grid, grid]);
  const ids = runtime.tensor('i64', [grid * grid]);
  await runOnce(session, { pixels: runtime.tensor('f32', [1, 3, imageSize, imageSize], pixels) }, { z, ids });
  return { z: z.data, ids: Array.from(ids.data, Number) };
}

async function decode(sizes: NetworkConfig, weights: ReadonlyMap<string, FloatTensor>, codes: readonly number[]) {
  const { imageSize, grid } = sizes.codec;
  const session = await openNetwork(runtime, codecDecoder(sizes), weights);
  const image = runtime.tensor('f32', [1, 3, imageSize, imageSize]);
  const ids = runtime.tensor('i64', [1, grid * grid], BigInt64Array.from(codes, BigInt));
  await runOnce(session, { ids }, { image });
  return image.data;
}

describe('codecEncoder', () => {
  test("gives the original's latents and ids", async () => {
    for (const { name, ids } of cases.vq_encode) {
      const encoded = await encode(config, data, expected.get(`vq/${name}/pixels`)?.data as Float32Array);
      expect(encoded.ids, name).toEqual(ids);
      expect(largestError(encoded.z, expected.get(`vq/${name}/z`)?.data as Float32Array), name).toBeLessThan(
        cases.tolerance.vq_z as number
      );
    }
  });

  test('chooses the first of equal codes', async () => {
    const { codeWidth } = config.codec;
    const codebook = data.get('codec.codebook') as FloatTensor;
    const [{ name, ids }] = cases.vq_encode as [(typeof cases.vq_encode)[0]];
    const chosen = ids[0] as number; // above 0 in the goldens
    const twice = codebook.data.slice();
    twice.copyWithin(0, chosen * codeWidth, (chosen + 1) * codeWidth);
    const weights = new Map([...data, ['codec.codebook', { ...codebook, data: twice }]]);
    const encoded = await encode(config, weights, expected.get(`vq/${name}/pixels`)?.data as Float32Array);
    expect(encoded.ids).toEqual(ids.map((id) => (id === chosen ? 0 : id)));
  });
});

describe('codecDecoder', () => {
  test("gives the original's picture", async () => {
    for (const { name, ids } of cases.vq_decode) {
      const image = await decode(config, data, ids);
      const error = largestError(image, expected.get(`vq/${name}/image`)?.data as Float32Array);
      expect(error, name).toBeLessThan(cases.tolerance.vq_image as number);
    }
  });

  test('looks codes up by direction only', async () => {
    const codebook = data.get('codec.codebook') as FloatTensor;
    const scaled = { ...codebook, data: codebook.data.map((value) => value * 4) };
    const ids = cases.vq_decode[0]?.ids as number[];
    expect(await decode(config, new Map([...data, ['codec.codebook', scaled]]), ids)).toEqual(await decode(config, data, ids));
  });
});

test('both halves take any number of levels and blocks', async () => {
  const codec = { ...config.codec, channelMultiplier: [2, 1, 3], resBlocks: 1, latentChannels: 12, codeWidth: 4, grid: 3, imageSize: 12 };
  const sizes = { ...config, codec };
  const weights = randomBundle(sizes);
  const { ids, z } = await encode(sizes, weights, new Float32Array(3 * 12 * 12).fill(0.5));
  expect(z.every(Number.isFinite)).toBe(true);
  expect(ids).toHaveLength(9);
  expect((await decode(sizes, weights, ids)).every(Number.isFinite)).toBe(true);
});

test('channels that do not divide into 32 groups are refused by name', () => {
  const codec = { ...config.codec, baseChannels: 40 };
  expect(() => codecDecoder({ ...config, codec })).toThrow('decoder.mid.block_1.norm1: 80 channels do not divide into 32 groups');
});
