import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codecPixels, cropToSquare, decodePicture } from '@janus-mesh/image';
import { type Quantization, UNQUANTIZED } from '@janus-mesh/models';
import { codecDecoder, codecEncoder } from '@janus-mesh/networks';
import { bundleData, openNetwork, quantizedBundle, runOnce, trainedModel } from '@janus-mesh/networks/testing';
import { openRuntime } from '@janus-mesh/runtime';
import { expect, test } from 'vitest';

const PICTURES = join(import.meta.dirname, '../../../models/tiny-shapes/pictures');
const files = readdirSync(PICTURES).filter((name) => name.endsWith('.png'));
const runtime = openRuntime({ threads: 2, spin: false });
const { config, canonical } = trainedModel();
const { imageSize: side, grid, codeWidth } = config.codec;

function open(build: typeof codecDecoder, quantization: Quantization) {
  const sizes = { ...config, quantization };
  return openNetwork(runtime, build(sizes), quantizedBundle(sizes, bundleData(sizes, canonical, 'codec.')));
}

/** Signal to noise ratio in dB; both clipped to [-1, 1], as pixels are. */
function psnr(picture: Float32Array, reference: Float32Array): number {
  const clipped = (value: number | undefined) => Math.max(-1, Math.min(1, value ?? Number.NaN));
  const squares = picture.reduce((sum, value, i) => sum + (clipped(value) - clipped(reference[i])) ** 2, 0);
  return 10 * Math.log10((4 * picture.length) / squares);
}

test('every picture of the trained model, tokenized and decoded in int8, is within 40 dB of the f32 one', async () => {
  const encoder = await open(codecEncoder, UNQUANTIZED);
  const exact = await open(codecDecoder, UNQUANTIZED);
  const int8 = await open(codecDecoder, { ...UNQUANTIZED, scheme: 'w8a8', codec: 'w8a8' });
  const decode = async (session: typeof int8, ids: BigInt64Array) => {
    const image = runtime.tensor('f32', [1, 3, side, side]);
    await runOnce(session, { ids: runtime.tensor('i64', [1, grid * grid], ids) }, { image });
    return image.data;
  };
  for (const file of files) {
    const pixels = codecPixels(await cropToSquare(await decodePicture(readFileSync(join(PICTURES, file))), side));
    const ids = runtime.tensor('i64', [grid * grid]);
    const z = runtime.tensor('f32', [1, codeWidth, grid, grid]);
    await runOnce(encoder, { pixels: runtime.tensor('f32', [1, 3, side, side], pixels) }, { z, ids });
    expect(psnr(await decode(int8, ids.data), await decode(exact, ids.data)), file).toBeGreaterThan(40);
  }
  expect(files.length).toBeGreaterThan(8);
});
