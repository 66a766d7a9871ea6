import { createHash } from 'node:crypto';
import { UNQUANTIZED } from '@janus-mesh/models';
import { openRuntime } from '@janus-mesh/runtime';
import { seededRandom } from '@janus-mesh/tensor/testing';
import { codecDecoder } from '../codec-decoder.ts';
import { siglipEncoder } from '../siglip-encoder.ts';
import { bundleData } from './bundle-data.ts';
import { trainedModel } from './golden-model.ts';
import { openNetwork, runOnce } from './network-run.ts';
import { quantizedBundle } from './quantized-bundle.ts';

// A process that runs the int8 vision networks of the trained model, and prints hashes of what they give: `vision-bits.ts <threads>`.

const runtime = openRuntime({ threads: Number(process.argv[2]), spin: false });
const { config, canonical } = trainedModel();
const int8 = { ...config, quantization: { ...UNQUANTIZED, scheme: 'w8a8', vision: 'w8a8', codec: 'w8a8' } } as const;
const weightsOf = (part: string) => quantizedBundle(int8, bundleData(int8, canonical, part));
const random = seededRandom(11);
const hash = (data: Float32Array) => createHash('sha256').update(data).digest('hex');

const { imageSize, rows, hiddenSize } = config.vision;
const pixels = Float32Array.from({ length: 2 * 3 * imageSize * imageSize }, () => random() * 2 - 1);
const features = runtime.tensor('f32', [2, rows, hiddenSize]);
const encoder = await openNetwork(runtime, siglipEncoder(int8), weightsOf('vision.'));
await runOnce(encoder, { pixels: runtime.tensor('f32', [2, 3, imageSize, imageSize], pixels) }, { features });

const { grid, codebookSize, imageSize: side } = config.codec;
const codes = BigInt64Array.from({ length: grid * grid }, () => BigInt(Math.floor(random() * codebookSize)));
const image = runtime.tensor('f32', [1, 3, side, side]);
const decoder = await openNetwork(runtime, codecDecoder(int8), weightsOf('codec.'));
await runOnce(decoder, { ids: runtime.tensor('i64', [1, grid * grid], codes) }, { image });

process.stdout.write(JSON.stringify({ features: hash(features.data), image: hash(image.data) }));
