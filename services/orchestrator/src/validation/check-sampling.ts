import { checkNumber } from './number-rule.ts';
import type { Violations } from './violations.ts';

/** The most that temperature and guidance weight may be. */
export const MOST_WEIGHT = 100;

/** How tokens are drawn, checked. */
export interface ValidSampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  /** Undefined: the server chooses. */
  readonly seed: bigint | undefined;
}

/** The sampling fields that both kinds of request have. */
export interface SamplingFields {
  temperature?: number | undefined;
  topK?: number | undefined;
  topP?: number | undefined;
  seed?: bigint | undefined;
}

/** Checks the sampling fields. @param options `vocabulary`: ids a token may have; `temperature`: its default */
export function checkSampling(
  request: SamplingFields,
  options: { readonly vocabulary: number; readonly temperature: number },
  violations: Violations
): ValidSampling {
  const temperature = { field: 'temperature', least: 0, most: MOST_WEIGHT, fallback: options.temperature };
  const topK = { field: 'top_k', least: 0, most: options.vocabulary, fallback: 0 };
  const topP = { field: 'top_p', least: 0, isLeastExcluded: true, most: 1, fallback: 1 };
  return {
    temperature: checkNumber(request.temperature, temperature, violations),
    topK: checkNumber(request.topK, topK, violations),
    topP: checkNumber(request.topP, topP, violations),
    seed: request.seed
  };
}
