import type { Sampling } from '@janus-mesh/contracts';
import type { FieldViolation } from '@janus-mesh/rpc';
import type { SamplingParameters } from '../engine/sampler.ts';

const MAX_TEMPERATURE = 100;
const GREEDY: SamplingParameters = { temperature: 0, topK: 0, topP: 1 };

/** Reads how tokens are drawn. */
export function validSampling(sampling: Sampling | undefined, violations: FieldViolation[]): SamplingParameters {
  const field = 'start.sampling';
  if (!sampling) {
    violations.push({ field, description: 'must be set' });
    return GREEDY;
  }
  const { temperature, topK, topP } = sampling;
  if (!(temperature >= 0 && temperature <= MAX_TEMPERATURE))
    violations.push({ field: `${field}.temperature`, description: `${temperature}, it must be from 0 to ${MAX_TEMPERATURE}` });
  if (!(topP > 0 && topP <= 1))
    violations.push({ field: `${field}.top_p`, description: `${topP}, it must be above 0 and at most 1, which keeps all` });
  return { temperature, topK, topP };
}
