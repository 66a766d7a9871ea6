import type { Segment } from '@janus-mesh/contracts';
import type { Prompt } from '../engine/prompt.ts';
import { type PromptCheck, validPrompt } from './valid-prompt.ts';

const MAX_WEIGHT = 100;

/** The unconditional side of a request. */
export interface Guidance {
  readonly negativePrompt: Prompt | undefined;
  readonly guidanceWeight: number;
}

/** Reads the negative prompt and the weight; without a negative prompt there is no guidance. */
export function validGuidance(
  { negativePrompt, guidanceWeight }: { readonly negativePrompt: readonly Segment[]; readonly guidanceWeight: number },
  check: Omit<PromptCheck, 'field'>
): Guidance {
  const { violations } = check;
  const field = 'start.guidance_weight';
  if (negativePrompt.length === 0) {
    if (guidanceWeight !== 0 && guidanceWeight !== 1)
      violations.push({ field, description: `${guidanceWeight} without a negative prompt; it guides nothing then` });
    return { negativePrompt: undefined, guidanceWeight: 1 };
  }
  if (!(Math.abs(guidanceWeight) <= MAX_WEIGHT))
    violations.push({ field, description: `${guidanceWeight}, it must be from -${MAX_WEIGHT} to ${MAX_WEIGHT}` });
  return { negativePrompt: validPrompt(negativePrompt, { ...check, field: 'start.negative_prompt' }), guidanceWeight };
}
