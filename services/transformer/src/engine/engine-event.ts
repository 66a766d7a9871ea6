import type { FinishReason } from './stop.ts';

/** The hash of the logits one token was drawn from. */
export interface PositionHash {
  /** New tokens of the sample before this one. */
  readonly position: number;
  readonly hash: bigint;
}

/** What a caller learns of its request. Arrays belong to the caller. */
export type EngineEvent =
  /** It waits; so many requests are before it. Sent again when that changes. */
  | { readonly kind: 'queued'; position: number }
  /** Its first group has its memory; these features have to come now; so much of its prompt is not run, since another cache held it. */
  | { readonly kind: 'admitted'; readonly neededFeatures: readonly string[]; readonly reusedTokens: number }
  /** New ids of a sample, in order; with one hash each, or none, and those at the positions asked for that are among them. */
  | {
      readonly kind: 'tokens';
      readonly sample: number;
      readonly ids: number[];
      readonly hashes: bigint[];
      readonly positionHashes: PositionHash[];
    }
  /** Log-probabilities of forced ids, from the step `first` on. */
  | { readonly kind: 'logprobs'; readonly first: number; readonly values: number[] }
  /** f32 [n, vocabulary]: logits at prompt positions, from `first` on. */
  | { readonly kind: 'promptLogits'; readonly first: number; readonly rows: Float32Array }
  /** f32 [vocabulary] each: what one step is drawn from; the last two only of a guidance pair. */
  | {
      readonly kind: 'stepLogits';
      readonly step: number;
      readonly cond: Float32Array;
      readonly uncond?: Float32Array;
      readonly guided?: Float32Array;
    }
  /** A sample is complete. */
  | {
      readonly kind: 'finished';
      readonly sample: number;
      readonly reason: FinishReason;
      readonly promptTokens: number;
      readonly newTokens: number;
    };
