import type { ModelConfig } from '@janus-mesh/models';
import { visionBlockProbe, visionNormProbe } from '@janus-mesh/networks';
import { type CalibrationContext, denseLayer, stackedTensors, tensorValue } from './calibration-context.ts';
import type { LinearChecks } from './linear-checks.ts';
import { ProbeRunner } from './probe-runner.ts';

/**
 * Runs the f32 vision encoder block by block, and tries each of its linears.
 *
 * @param pictures f32 [3, side, side] each
 * @returns features f32 [pictures · rows, width], after the last norm
 */
export async function measureVision(
  context: CalibrationContext,
  pictures: readonly Float32Array[],
  checks: LinearChecks
): Promise<Float32Array> {
  const { config, runtime, signal } = context;
  let x = await embedPatches(context, pictures);
  const block = await ProbeRunner.loadLayer(runtime, visionBlockProbe(config), signal);
  try {
    for (let index = 0; index < config.vision.layers; index++)
      x = await measureBlock({ config, block, weights: await blockWeights(context, index) }, { index, x, checks });
  } finally {
    block.release();
  }
  return await lastNorm(context, x);
}

/** Runs the f32 aligner on features, and tries its linears. → f32 [rows, hidden] */
export async function measureAligner(context: CalibrationContext, features: Float32Array, checks: LinearChecks): Promise<Float32Array> {
  const { vision, text } = context.config;
  const first = await denseLayer(context, features, 'aligner.fc1');
  await checks.check('aligner.fc1.weight', features, first.weight, vision.hiddenSize);
  const second = await denseLayer(context, first.gelu, 'aligner.hidden_layers.0');
  await checks.check('aligner.fc2.weight', first.gelu, second.weight, text.hiddenSize);
  return second.y;
}

type BlockWeights = Awaited<ReturnType<typeof blockWeights>>;

async function blockWeights(context: CalibrationContext, index: number) {
  const from = `vision_model.encoder.layers.${index}`;
  const projections = ['q', 'k', 'v'].map((part) => `${from}.self_attn.${part}_proj`);
  context.scratch.reset();
  return {
    'qkv.weight': await stackedTensors(
      context,
      projections.map((name) => `${name}.weight`)
    ),
    'proj.weight': await tensorValue(context, `${from}.self_attn.projection_layer.weight`),
    'fc1.weight': await tensorValue(context, `${from}.mlp.fc1.weight`),
    'fc2.weight': await tensorValue(context, `${from}.mlp.fc2.weight`),
    'norm1.weight': await tensorValue(context, `${from}.layer_norm1.weight`),
    'norm1.bias': await tensorValue(context, `${from}.layer_norm1.bias`),
    'norm2.weight': await tensorValue(context, `${from}.layer_norm2.weight`),
    'norm2.bias': await tensorValue(context, `${from}.layer_norm2.bias`),
    'qkv.bias': await stackedTensors(
      context,
      projections.map((name) => `${name}.bias`)
    ),
    'proj.bias': await tensorValue(context, `${from}.self_attn.projection_layer.bias`),
    'fc1.bias': await tensorValue(context, `${from}.mlp.fc1.bias`),
    'fc2.bias': await tensorValue(context, `${from}.mlp.fc2.bias`)
  };
}

async function measureBlock(
  { config, block, weights }: { config: ModelConfig; block: ProbeRunner; weights: BlockWeights },
  { index, x, checks }: { index: number; x: Float32Array; checks: LinearChecks }
): Promise<Float32Array> {
  const { hiddenSize: width, intermediateSize: inner } = config.vision;
  const t = x.length / width;
  const inputs = { ...weights, x: { dims: [t, width], data: x } };
  const narrow = [t, width];
  const seen = await block.run(inputs, { out: narrow, qkv_in: narrow, proj_in: narrow, fc1_in: narrow, fc2_in: [t, inner] });
  for (const part of ['qkv', 'proj', 'fc1', 'fc2'] as const) {
    const k = part === 'fc2' ? inner : width;
    await checks.check(`vision.blocks.${index}.${part}.weight`, seen[`${part}_in`], weights[`${part}.weight`].data, k);
  }
  return seen.out;
}

// The patch convolution as the matrix product it is, with positions added.
async function embedPatches({ config, reader, linear }: CalibrationContext, pictures: readonly Float32Array[]): Promise<Float32Array> {
  const { vision } = config;
  const { hiddenSize: width, rows } = vision;
  const k = 3 * vision.patchSize ** 2;
  const patches = new Float32Array(pictures.length * rows * k);
  for (const [i, pixels] of pictures.entries()) cutPatches(pixels, vision, patches.subarray(i * rows * k, (i + 1) * rows * k));
  const from = 'vision_model.embeddings';
  const weight = { dims: [width, k], data: await reader.rows(`${from}.patch_embedding.weight`) };
  const t = pictures.length * rows;
  const { y } = await linear.run({ x: { dims: [t, k], data: patches }, weight }, { y: [t, width] });
  const bias = await reader.rows(`${from}.patch_embedding.bias`);
  const positions = await reader.rows(`${from}.position_embedding.weight`);
  return y.map((value, i) => value + (bias[i % width] as number) + (positions[i % positions.length] as number));
}

// [3, side, side] → [rows, 3 · patch²]
function cutPatches(pixels: Float32Array, { imageSize, patchSize }: CalibrationContext['config']['vision'], patches: Float32Array): void {
  const across = imageSize / patchSize;
  let to = 0;
  for (let patch = 0; patch < across * across; patch++) {
    const corner = Math.floor(patch / across) * patchSize * imageSize + (patch % across) * patchSize;
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < patchSize; y++, to += patchSize) {
        const at = channel * imageSize * imageSize + corner + y * imageSize;
        patches.set(pixels.subarray(at, at + patchSize), to);
      }
    }
  }
}

async function lastNorm(context: CalibrationContext, x: Float32Array): Promise<Float32Array> {
  const { config, runtime, signal } = context;
  const norm = await ProbeRunner.load(runtime, visionNormProbe(config), signal);
  try {
    const dims = [x.length / config.vision.hiddenSize, config.vision.hiddenSize];
    const inputs = {
      x: { dims, data: x },
      'norm.weight': await tensorValue(context, 'vision_model.post_layernorm.weight'),
      'norm.bias': await tensorValue(context, 'vision_model.post_layernorm.bias')
    };
    return (await norm.run(inputs, { out: dims })).out;
  } finally {
    norm.release();
  }
}
