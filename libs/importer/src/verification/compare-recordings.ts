import type { LogitLimits, ModelConfig, QualityLimits } from '@janus-mesh/models';
import { relativeError } from '../calibration/relative-error.ts';
import { compareLogits, type LogitComparison, perplexity, pictureDecibels } from './compare-logits.ts';
import { joined } from './joined.ts';
import type { Recording } from './recording.ts';
import type { VerificationPlan } from './verification-plan.ts';

/** One figure of a verification. */
export interface VerificationFigure {
  readonly stage: 'features' | 'aligned' | 'pictures' | 'guided logits' | 'text logits' | 'text';
  readonly measure: string;
  readonly value: number;
  /** What it may be; undefined where it is only told. */
  readonly limit?: { readonly kind: 'least' | 'most'; readonly value: number };
  readonly passes: boolean;
}

/** What two recordings of one plan are compared with. */
export interface Comparison {
  readonly plan: VerificationPlan;
  readonly config: Pick<ModelConfig, 'text' | 'vision' | 'codec'>;
  readonly limits: QualityLimits;
}

/** Compares what a bundle gave with what the f32 model gave, stage by stage. */
export function compareRecordings(exact: Recording, other: Recording, { plan, config, limits }: Comparison): VerificationFigure[] {
  const { text, vision, codec } = config;
  const worst = (part: 'features' | 'aligned', length: number) =>
    Math.max(...exact[part].map((values, i) => relativeError(values, other[part][i] as Float32Array, length)));
  const decibels = exact.pixels.map((pixels, i) => pictureDecibels(pixels, other.pixels[i] as Float32Array));
  const tokens = plan.text.slice(1);
  return [
    most('features', 'relative error', worst('features', vision.hiddenSize), limits.features),
    most('aligned', 'relative error', worst('aligned', text.hiddenSize), limits.aligned),
    ...(decibels.length > 0 ? [least('pictures', 'dB', Math.min(...decibels), limits.pictureDecibels)] : []),
    ...logitFigures('guided logits', compareLogits(joined(exact.guided), joined(other.guided), codec.codebookSize), limits.guided),
    ...logitFigures('text logits', compareLogits(joined(exact.answers), joined(other.answers), text.vocabSize), limits.text),
    told('text', 'perplexity, f32', perplexity(exact.text, tokens, text.vocabSize)),
    told('text', 'perplexity', perplexity(other.text, tokens, text.vocabSize))
  ];
}

function logitFigures(stage: 'guided logits' | 'text logits', found: LogitComparison, limits: LogitLimits): VerificationFigure[] {
  return [
    least(stage, 'cosine', found.cosine, limits.cosine),
    told(stage, 'cosine, worst row', found.leastCosine),
    most(stage, 'KL divergence', found.divergence, limits.divergence),
    told(stage, 'KL divergence, worst row', found.mostDivergence),
    told(stage, 'top-1 agreement', found.top1),
    told(stage, 'top-10 agreement', found.top10)
  ];
}

type Stage = VerificationFigure['stage'];

function least(stage: Stage, measure: string, value: number, limit: number): VerificationFigure {
  return { stage, measure, value, limit: { kind: 'least', value: limit }, passes: value >= limit };
}

function most(stage: Stage, measure: string, value: number, limit: number): VerificationFigure {
  return { stage, measure, value, limit: { kind: 'most', value: limit }, passes: value <= limit };
}

function told(stage: Stage, measure: string, value: number): VerificationFigure {
  return { stage, measure, value, passes: true };
}
