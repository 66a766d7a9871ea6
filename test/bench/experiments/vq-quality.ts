import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkConfig, openBundle } from '@janus-mesh/bundle';
import { codecPixels, decodePicture } from '@janus-mesh/image';
import { importCheckpoint, importRuntime } from '@janus-mesh/importer';
import { MappedWeights, type Runtime } from '@janus-mesh/runtime';
import { Vq } from '../../../services/image-codec/src/vq.ts';
import { CHECKPOINTS } from '../../support/mesh.ts';
import type { Experiment } from '../bench.ts';

/** How true the int8 decoder of the trained codec is: `vq-quality`, decibels against f32 (peak to noise), one sample a picture. */
export const vqQuality: Experiment = {
  id: 'vq-quality',
  async run({ scratch, results }) {
    const runtime = importRuntime();
    const [exact, quantized] = [await trainedCodec(runtime, scratch, 'f32'), await trainedCodec(runtime, scratch, 'w8a8')];
    const samples: number[] = [];
    for (const pixels of await pictures(exact.imageSize)) {
      const { ids } = await exact.vq.encode(pixels);
      samples.push(decibels(await exact.vq.decode(ids), await quantized.vq.decode(ids)));
    }
    results.add({ subject: 'w8a8', case: 'vq-quality', samples, disturbed: 0 });
    for (const { vq, weights } of [exact, quantized]) {
      vq.release();
      weights.release();
    }
  }
};

async function trainedCodec(runtime: Runtime, scratch: string, quantize: 'f32' | 'w8a8') {
  const bundle = join(scratch, `trained-${quantize}`);
  await importCheckpoint(CHECKPOINTS.tinyShapes, bundle, { runtime, quantize });
  const { manifest, tensors, weightsPath } = await openBundle(bundle);
  const weights = new MappedWeights(runtime, weightsPath, tensors);
  return { weights, vq: await Vq.load(runtime, weights, networkConfig(manifest)), imageSize: manifest.config.codec.imageSize };
}

async function pictures(size: number): Promise<Float32Array[]> {
  const folder = join(CHECKPOINTS.tinyShapes, 'pictures');
  const files = readdirSync(folder).filter((name) => name.endsWith('.png'));
  const loaded = await Promise.all(files.map((name) => decodePicture(readFileSync(join(folder, name)))));
  return loaded.filter(({ width, height }) => width === size && height === size).map(codecPixels);
}

/** Peak signal-to-noise ratio of pixels from -1 to 1. */
function decibels(exact: Float32Array, other: Float32Array): number {
  const clipped = (value: number) => Math.min(1, Math.max(-1, value));
  const squares = exact.reduce((sum, value, i) => sum + (clipped(value) - clipped(other[i] as number)) ** 2, 0);
  return 10 * Math.log10((4 * exact.length) / squares);
}
