import type { ModelConfig } from '@janus-mesh/models';
import { paddedHeadDim, textLayerProbe, textNormProbe } from '@janus-mesh/networks';
import { sharedFloats } from '../shared-floats.ts';
import type { CacheRanges } from './cache-ranges.ts';
import { type CalibrationContext, denseLayer, stackedTensors, tensorValue } from './calibration-context.ts';
import type { CalibrationPrompts } from './calibration-prompts.ts';
import { type LinearChecks, spread } from './linear-checks.ts';
import { ProbeRunner } from './probe-runner.ts';

/** What measuring the language model gives to. */
export interface TextMeasures {
  readonly checks: LinearChecks;
  readonly ranges: CacheRanges;
}

/**
 * Runs the f32 language model layer by layer over prompts, tries each linear of it, and takes in what its cache would hold. One layer's
 * weights are in memory at a time.
 *
 * @param aligned features f32 [rows, hidden] that the prompts' pictures are made of
 * @returns hidden states f32 [T, hidden], after the last norm: what both heads read
 */
export async function measureText(
  context: CalibrationContext,
  prompts: CalibrationPrompts,
  aligned: Float32Array,
  measures: TextMeasures
): Promise<Float32Array> {
  const { config, runtime, signal } = context;
  let x = await embed(context, prompts, aligned);
  const { layers } = config.text;
  const layer = await ProbeRunner.loadLayer(runtime, textLayerProbe(config, prompts.length), signal);
  try {
    for (let index = 0; index < layers; index++) {
      const weights = await layerWeights(context, index);
      x = await measureLayer({ config, layer, weights }, { index, x, length: prompts.length }, measures);
    }
  } finally {
    layer.release();
  }
  return await lastNorm(context, x);
}

/** Tries both heads on hidden states f32 [T, hidden]. */
export async function measureHeads(context: CalibrationContext, hidden: Float32Array, checks: LinearChecks): Promise<void> {
  const width = context.config.text.hiddenSize;
  await checks.check('text.head', hidden, await someRows(context, 'lm_head.weight'), width);
  const first = await denseLayer(context, hidden, 'generation_head.proj_out');
  await checks.check('codes.head.fc1.weight', hidden, first.weight, width);
  await checks.check('codes.head.fc2.weight', first.gelu, await someRows(context, 'generation_head.vision_head.weight'), width);
}

type LayerWeights = Awaited<ReturnType<typeof layerWeights>>;

async function layerWeights(context: CalibrationContext, index: number) {
  const from = `language_model.layers.${index}`;
  context.scratch.reset();
  return {
    qkv: await stackedTensors(
      context,
      ['q', 'k', 'v'].map((part) => `${from}.self_attn.${part}_proj.weight`)
    ),
    o: await tensorValue(context, `${from}.self_attn.o_proj.weight`),
    gate: await tensorValue(context, `${from}.mlp.gate_proj.weight`),
    up: await tensorValue(context, `${from}.mlp.up_proj.weight`),
    down: await tensorValue(context, `${from}.mlp.down_proj.weight`),
    norm1: await tensorValue(context, `${from}.input_layernorm.weight`),
    norm2: await tensorValue(context, `${from}.post_attention_layernorm.weight`)
  };
}

async function measureLayer(
  { config, layer, weights }: { config: ModelConfig; layer: ProbeRunner; weights: LayerWeights },
  { index, x, length }: { index: number; x: Float32Array; length: number },
  { checks, ranges }: TextMeasures
): Promise<Float32Array> {
  const { hiddenSize: hidden, intermediateSize: inner, heads, kvHeads, headDim } = config.text;
  const t = x.length / hidden;
  const prompts = t / length;
  const inputs = {
    ...weights,
    x: { dims: [t, hidden], data: x },
    last: { dims: [prompts], data: new Int32Array(prompts).fill(length - 1) },
    total: { dims: [1], data: Int32Array.of(length) }
  };
  const cache = [prompts, kvHeads, length, paddedHeadDim(config.text)];
  const seen = await layer.run(inputs, {
    out: [t, hidden],
    qkv_in: [t, hidden],
    o_in: [t, heads * headDim],
    gate_in: [t, hidden],
    down_in: [t, inner],
    k: cache,
    v: cache
  });
  const to = `text.layers.${index}`;
  for (const part of ['k', 'v'] as const) ranges.add(`${to}.${part}_scale`, seen[part], cache);
  const reads = { qkv: seen.qkv_in, o: seen.o_in, gate: seen.gate_in, up: seen.gate_in, down: seen.down_in };
  for (const [part, read] of Object.entries(reads) as [keyof typeof reads, Float32Array][])
    await checks.check(`${to}.${part}`, read, weights[part].data, weights[part].dims[1] ?? 1);
  return seen.out;
}

// Heads are the largest matrices: only rows that are looked at are read.
async function someRows({ reader }: CalibrationContext, name: string): Promise<Float32Array> {
  const picked = spread(reader.rowCount(name));
  const length = reader.rowLength(name);
  const rows = new Float32Array(picked.length * length);
  for (const [i, row] of picked.entries()) rows.set(await reader.rows(name, sharedFloats(length), row), i * length);
  return rows;
}

// Rows of the prompts → f32 [T, hidden]
async function embed(context: CalibrationContext, { rows }: CalibrationPrompts, aligned: Float32Array): Promise<Float32Array> {
  const { reader, config } = context;
  const hidden = config.text.hiddenSize;
  const codes = await embedCodes(context, [...new Set(rows.flatMap((row) => (row.kind === 'code' ? [row.code] : [])))]);
  const words = new Map<number, Float32Array>();
  const x = new Float32Array(rows.length * hidden);
  for (const [i, row] of rows.entries()) {
    if (row.kind === 'id' && !words.has(row.id))
      words.set(row.id, await reader.rows('language_model.embed_tokens.weight', sharedFloats(hidden), row.id));
    const values =
      row.kind === 'id'
        ? words.get(row.id)
        : row.kind === 'code'
          ? codes.get(row.code)
          : aligned.subarray(row.row * hidden, (row.row + 1) * hidden);
    x.set(values as Float32Array, i * hidden);
  }
  return x;
}

async function embedCodes(context: CalibrationContext, codes: readonly number[]): Promise<Map<number, Float32Array>> {
  const { reader, config } = context;
  const { codeWidth } = config.codec;
  const table = await reader.rows('generation_embeddings.weight');
  const x = new Float32Array(codes.length * codeWidth);
  for (const [i, code] of codes.entries()) x.set(table.subarray(code * codeWidth, (code + 1) * codeWidth), i * codeWidth);
  const first = await denseLayer(context, x, 'generation_aligner.fc1');
  const { y } = await denseLayer(context, first.gelu, 'generation_aligner.hidden_layers.0');
  const hidden = config.text.hiddenSize;
  return new Map(codes.map((code, i) => [code, y.subarray(i * hidden, (i + 1) * hidden)]));
}

async function lastNorm(context: CalibrationContext, x: Float32Array): Promise<Float32Array> {
  const { config, runtime, signal } = context;
  const probe = await ProbeRunner.load(runtime, textNormProbe(config), signal);
  try {
    const dims = [x.length / config.text.hiddenSize, config.text.hiddenSize];
    const norm = await tensorValue(context, 'language_model.norm.weight');
    return (await probe.run({ x: { dims, data: x }, norm }, { out: dims })).out;
  } finally {
    probe.release();
  }
}
