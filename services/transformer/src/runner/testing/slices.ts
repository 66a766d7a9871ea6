import type { StepSlice, TokenInput } from '../../engine/model-runner.ts';

/** Ids as tokens of a step. */
export function tokens(ids: readonly number[], kind: 'id' | 'code' = 'id'): TokenInput[] {
  return ids.map((id) => ({ kind, id }));
}

/** A slice that wants the text logits of its last token, but for what is said otherwise. */
export function slice(parts: Pick<StepSlice, 'kv' | 'past' | 'tokens'> & Partial<StepSlice>): StepSlice {
  return { logits: 'last', head: 'text', ...parts };
}
