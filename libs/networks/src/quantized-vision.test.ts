import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UNQUANTIZED } from '@janus-mesh/models';
import { openRuntime } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import type { NetworkConfig } from './network.ts';
import { siglipEncoder } from './siglip-encoder.ts';
import { bundleData, openNetwork, quantizedBundle, runOnce, type StoredTensor, seededRandom, trainedModel } from './testing/index.ts';

const runtime = openRuntime({ threads: 1 });
const { config, canonical } = trainedModel();
const int8: NetworkConfig = { ...config, quantization: { ...UNQUANTIZED, scheme: 'w8a8', vision: 'w8a8' } };
const { imageSize, rows, hiddenSize } = config.vision;
const pictureLength = 3 * imageSize * imageSize;
const featureLength = rows * hiddenSize;

function randomPictures(count: number, seed = 7): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * pictureLength }, () => random() * 2 - 1);
}

async function encode(sizes: NetworkConfig, weights: ReadonlyMap<string, StoredTensor>, pictures: Float32Array): Promise<Float32Array> {
  const count = pictures.length / pictureLength;
  const features = runtime.tensor('f32', [count, rows, hiddenSize]);
  const session = await openNetwork(runtime, siglipEncoder(sizes), weights);
  await runOnce(session, { pixels: runtime.tensor('f32', [count, 3, imageSize, imageSize], pictures) }, { features });
  return features.data;
}

const weightsOf = (sizes: NetworkConfig) => quantizedBundle(sizes, bundleData(sizes, canonical, 'vision.'));
const int8Weights = weightsOf(int8);

describe('siglipEncoder in int8', () => {
  test("stays within 2 % of the f32 form's features on a trained model", async () => {
    const pictures = randomPictures(2);
    const exact = await encode(config, weightsOf(config), pictures);
    const features = await encode(int8, int8Weights, pictures);
    const sum = (values: Float32Array) => values.reduce((total, value) => total + value * value, 0);
    const error = Math.sqrt(sum(features.map((value, i) => value - (exact[i] as number))) / sum(exact));
    expect(error).toBeLessThan(0.02);
    expect(error).toBeGreaterThan(0); // it is the int8 form that ran
  });

  test('gives a picture the same bits alone and in any place of a batch', async () => {
    const pictures = randomPictures(3);
    pictures.fill(1e4, 0, pictureLength); // its rows are far larger than those beside it
    const together = await encode(int8, int8Weights, pictures);
    for (let i = 0; i < 3; i++) {
      const alone = await encode(int8, int8Weights, pictures.slice(i * pictureLength, (i + 1) * pictureLength));
      expect(together.slice(i * featureLength, (i + 1) * featureLength), `picture ${i}`).toEqual(alone);
    }
  });

  test('may keep a linear in f32 beside others in int8', async () => {
    const kept = [{ linear: 'vision.blocks.1.fc2.weight', form: 'f32', error: 0.2, limit: 0.1 }] as const;
    const mixed = { ...int8, quantization: { ...UNQUANTIZED, scheme: 'w8a8', vision: 'w8a8', kept } } as const;
    const features = await encode(mixed, weightsOf(mixed), randomPictures(1));
    expect(features.every(Number.isFinite)).toBe(true);
  });
});

test('features and pictures have the same bits on one thread and on two', async () => {
  const script = join(import.meta.dirname, 'testing/vision-bits.ts');
  const hashes = async (threads: number) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, String(threads)]);
    return JSON.parse(stdout) as { features: string; image: string };
  };
  const one = await hashes(1);
  expect(one).toEqual({ features: expect.stringMatching(/^[0-9a-f]{64}$/), image: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(await hashes(2)).toEqual(one);
});
