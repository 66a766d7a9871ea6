import type { Quantization } from '@janus-mesh/models';
import { trimMemory } from '@janus-mesh/runtime';
import { loadTokenizer } from '@janus-mesh/tokenizer';
import { CacheRanges } from './cache-ranges.ts';
import { type CalibrationContext, calibrationContext } from './calibration-context.ts';
import { calibrationPictures } from './calibration-pictures.ts';
import { calibrationPrompts } from './calibration-prompts.ts';
import { LinearChecks } from './linear-checks.ts';
import { measureHeads, measureText } from './measure-text.ts';
import { measureAligner, measureVision } from './measure-vision.ts';

/** What a calibration starts from. */
export interface CalibrationInput extends Omit<CalibrationContext, 'linear' | 'gelu' | 'scratch'> {
  /** The scheme, before anything was measured. */
  readonly quantization: Quantization;
  readonly tokenizerJson: Uint8Array;
  /** Picture files to look at. */
  readonly samples: readonly string[];
}

/** What was measured. */
export interface Calibration {
  /** The scheme, with the linears that are kept higher and the form of the cache. */
  readonly quantization: Quantization;
  /** Scales of the cache by their tensors' names. */
  readonly cacheScales: ReadonlyMap<string, Float32Array>;
  /** Relative error (RMS) of each quantised linear's output by the name of its matrix. */
  readonly errors: ReadonlyMap<string, number>;
  /** Largest relative error of a layer's keys or values with one scale for all of them. */
  readonly cacheError: number;
}

/** Tokens of the calibration prompts together: enough for ranges of big models in little time, more where that costs nothing. */
const TOKENS = { least: 512, most: 2048, elements: 2 ** 19 };

/** Runs the f32 network over built-in prompts and pictures, one layer's weights in memory at a time, and measures what quantising costs. */
export async function calibrate({ quantization, tokenizerJson, samples, ...parts }: CalibrationInput): Promise<Calibration> {
  const { config, signal } = parts;
  const context = await calibrationContext(parts);
  try {
    const checks = new LinearChecks(context.linear, quantization);
    const ranges = new CacheRanges();
    const features = await measureVision(context, await calibrationPictures(config, samples, signal), checks);
    const aligned = await measureAligner(context, features, checks);
    const tokenizer = loadTokenizer(JSON.parse(Buffer.from(tokenizerJson).toString('utf8')), { bos: config.tokens.bos.id });
    const hidden = config.text.hiddenSize;
    const tokens = Math.min(TOKENS.most, Math.max(TOKENS.least, TOKENS.elements / hidden));
    const prompts = calibrationPrompts(config, tokenizer, tokens, aligned.length / hidden);
    const states = await measureText(context, prompts, aligned, { checks, ranges });
    await measureHeads(context, states, checks);
    const kv = quantization.kv === 'f32' ? 'f32' : ranges.form;
    return {
      quantization: { ...quantization, kv, kept: checks.kept },
      cacheScales: kv === 'f32' ? new Map() : ranges.scales(kv),
      errors: checks.errors,
      cacheError: ranges.worstError
    };
  } finally {
    context.linear.release();
    context.gelu.release();
    trimMemory();
  }
}
