import { openRuntime } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import { aligner } from './aligner.ts';
import { siglipEncoder } from './siglip-encoder.ts';
import { bundleData, goldenModel, largestError, openNetwork, runOnce } from './testing/index.ts';

const runtime = openRuntime({ threads: 1 });
const golden = goldenModel();
const { config, cases } = golden;
const { imageSize, rows, hiddenSize } = config.vision;
const data = bundleData(config, golden.canonical);
const expected = golden.expected('vision');
const pictures = golden.expected('preprocess');
const pixelsOf = (name: string) => pictures.get(`${name}/pixel_values`)?.data as Float32Array;

describe('siglipEncoder', () => {
  test('gives the features of the original code for every golden picture', async () => {
    const session = await openNetwork(runtime, siglipEncoder(config), data);
    for (const { name } of cases.pictures) {
      const features = runtime.tensor('f32', [1, rows, hiddenSize]);
      await runOnce(session, { pixels: runtime.tensor('f32', [1, 3, imageSize, imageSize], pixelsOf(name)) }, { features });
      const error = largestError(features.data, expected.get(`features/${name}`)?.data as Float32Array);
      expect(error, name).toBeLessThan(cases.tolerance.vision_features as number);
    }
  });

  test('encodes several pictures at once to the bits each gets alone', async () => {
    const session = await openNetwork(runtime, siglipEncoder(config), data);
    const names = cases.pictures.slice(0, 3).map(({ name }) => name);
    const pixels = Float32Array.from(names.flatMap((name) => [...pixelsOf(name)]));
    const features = runtime.tensor('f32', [3, rows, hiddenSize]);
    await runOnce(session, { pixels: runtime.tensor('f32', [3, 3, imageSize, imageSize], pixels) }, { features });
    for (const [i, name] of names.entries()) {
      const alone = runtime.tensor('f32', [1, rows, hiddenSize]);
      await runOnce(session, { pixels: runtime.tensor('f32', [1, 3, imageSize, imageSize], pixelsOf(name)) }, { features: alone });
      expect(features.data.slice(i * alone.data.length, (i + 1) * alone.data.length), name).toEqual(alone.data);
    }
  });
});

describe('aligner', () => {
  test("carries the original's features where the original carries them", async () => {
    const session = await openNetwork(runtime, aligner(config), data);
    for (const { name } of cases.pictures) {
      const features = runtime.tensor('f32', [1, rows, hiddenSize], expected.get(`features/${name}`)?.data as Float32Array);
      const aligned = runtime.tensor('f32', [1, rows, config.text.hiddenSize]);
      await runOnce(session, { features }, { aligned });
      const error = largestError(aligned.data, expected.get(`aligned/${name}`)?.data as Float32Array);
      expect(error, name).toBeLessThan(cases.tolerance.aligned as number);
    }
  });
});
