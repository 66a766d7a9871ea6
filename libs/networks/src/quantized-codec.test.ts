import { type Quantization, UNQUANTIZED } from '@janus-mesh/models';
import { openRuntime } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import { bundleTensors } from './bundle-tensors.ts';
import { codecDecoder } from './codec-decoder.ts';
import { codecEncoder } from './codec-encoder.ts';
import type { NetworkConfig } from './network.ts';
import {
  bundleData,
  type FloatTensor,
  goldenModel,
  largestError,
  openNetwork,
  quantizedBundle,
  runOnce,
  seededRandom,
  trainedModel
} from './testing/index.ts';

const runtime = openRuntime({ threads: 1 });
const trained = trainedModel();
const INT8: Quantization = { ...UNQUANTIZED, scheme: 'w8a8', codec: 'w8a8' };

type Model = Pick<ReturnType<typeof goldenModel>, 'config' | 'canonical'>;

/** A decoder: codes to a picture. */
async function decoder({ config, canonical }: Model, quantization: Quantization) {
  const { imageSize, grid } = config.codec;
  const sizes = { ...config, quantization };
  const session = await openNetwork(runtime, codecDecoder(sizes), quantizedBundle(sizes, bundleData(sizes, canonical, 'codec.')));
  return async (codes: readonly number[]) => {
    const image = runtime.tensor('f32', [1, 3, imageSize, imageSize]);
    await runOnce(session, { ids: runtime.tensor('i64', [1, grid * grid], BigInt64Array.from(codes, BigInt)) }, { image });
    return image.data;
  };
}

/** Every convolution of the decoder's matrix form, kept in f32. */
function allKept(config: NetworkConfig): Quantization {
  const matrices = bundleTensors({ ...config, quantization: INT8 }).filter(({ quantized }) => quantized?.part === 'values');
  return { ...INT8, kept: matrices.map(({ name }) => ({ linear: name, form: 'f32', error: 1, limit: 0 })) };
}

/** Random canonical tensors of a codec of these sizes. */
function randomCodec(config: NetworkConfig): ReadonlyMap<string, FloatTensor> {
  const random = seededRandom(3);
  const made = new Map<string, FloatTensor>();
  for (const { name, source, dims } of bundleTensors(config)) {
    if (source.kind !== 'copy' || !name.startsWith('codec.')) continue;
    const count = dims.reduce((product, dim) => product * dim, 1);
    const scale = dims.length === 4 ? 1 / Math.sqrt(count / (dims[0] as number)) : 1;
    made.set(source.from, { dims, data: Float32Array.from({ length: count }, () => (random() * 2 - 1) * scale) });
  }
  return made;
}

describe("the codec's decoder on matrices", () => {
  test('is the f32 decoder where every matrix is kept in f32: strips, windows and doubled sides are in place', async () => {
    const golden = goldenModel();
    const exact = await decoder(golden, UNQUANTIZED);
    const inStrips = await decoder(golden, allKept(golden.config));
    for (const { name, ids } of golden.cases.vq_decode)
      expect(largestError(await inStrips(ids), await exact(ids)), name).toBeLessThan(1e-4);
  });

  test('takes any number of levels and blocks, and sides that no strip divides', async () => {
    const codec = { ...trained.config.codec, channelMultiplier: [2, 1, 3], resBlocks: 1, codeWidth: 4, grid: 11, imageSize: 44 };
    const config = { ...trained.config, codec };
    const model = { config, canonical: randomCodec(config) };
    const codes = Array.from({ length: 121 }, (_, i) => (i * 37) % 512);
    const decode = async (quantization: Quantization) => (await decoder(model, quantization))(codes);
    const exact = await decode(UNQUANTIZED);
    expect(largestError(await decode(allKept(config)), exact)).toBeLessThan(1e-3);
    expect((await decode(INT8)).every(Number.isFinite)).toBe(true);
  });

  test('refuses channels that do not divide into 32 groups by name', () => {
    const codec = { ...trained.config.codec, baseChannels: 40 };
    const refused = () => codecDecoder({ ...trained.config, codec, quantization: INT8 });
    expect(refused).toThrow('decoder.up.1.block.0.norm2: 80 channels do not divide into 32 groups');
  });
});

test("the codec's encoder is the same in every form", () => {
  const sizes = { ...trained.config, quantization: INT8 };
  expect(codecEncoder(sizes)).toEqual(codecEncoder(trained.config));
});
