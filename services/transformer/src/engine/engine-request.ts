import type { Head } from './model-runner.ts';
import type { Prompt } from './prompt.ts';
import type { SamplingParameters } from './sampler.ts';

/** What the caller gets of each step. */
export type RequestedOutput =
  /** The new ids; with a hash of the logits each was drawn from, if wanted, or of those at some positions only (from 0). */
  | { readonly kind: 'tokens'; readonly hashes: boolean; readonly hashPositions?: readonly number[] }
  /** The log-probability of each forced id. */
  | { readonly kind: 'logprobs' }
  /** The logits each forced id is predicted from; also those at every position of the (conditional) prompt, if wanted. */
  | { readonly kind: 'logits'; readonly prompt: boolean };

/** A request that was checked: ids are inside their vocabularies, prompts are not empty, all fits the context. */
export interface EngineRequest {
  readonly head: Head;
  readonly prompt: Prompt;
  /** The unconditional prompt of a guidance pair, any length. */
  readonly negativePrompt?: Prompt | undefined;
  readonly guidanceWeight: number;
  readonly sampling: SamplingParameters;
  /** Sample i is drawn with seed + i (mod 2^64). */
  readonly seed: bigint;
  /** Groups that are made of this request, at least 1. */
  readonly samples: number;
  /** Most new tokens a sample; 0 only to read the prompt's logits. */
  readonly maxNewTokens: number;
  readonly stopIds: ReadonlySet<number>;
  /** Taken instead of drawn ones, from the first new token on; after them, tokens are drawn. */
  readonly forcedIds: readonly number[];
  /** Who asks. */
  readonly caller: string;
  /** Keeps what it leaves behind to requests with the same salt: others can't tell by the time theirs take. */
  readonly cacheSalt?: string | undefined;
  /** When the caller needs it, in milliseconds since the Unix epoch. */
  readonly deadline?: number | undefined;
  readonly output: RequestedOutput;
}

/**
 * The prompts of a group's rows: the conditional one, and the unconditional one where guidance changes the result (weight 1
 * gives the conditional logits) or its logits are asked for.
 */
export function rowPrompts(request: EngineRequest): readonly Prompt[] {
  const { prompt, negativePrompt, guidanceWeight, maxNewTokens, output } = request;
  const isGuided = negativePrompt !== undefined && maxNewTokens > 0 && (guidanceWeight !== 1 || output.kind === 'logits');
  return isGuided ? [prompt, negativePrompt] : [prompt];
}
