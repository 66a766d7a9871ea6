import { blockKeys } from './block-keys.ts';
import type { KvHandle, ModelRunner } from './model-runner.ts';
import type { Prefix } from './prefix-cache.ts';
import type { Prompt } from './prompt.ts';
import type { Sequence } from './sequence.ts';
import type { SequenceGroup } from './sequence-group.ts';

/**
 * What of a row's cache others may begin with. Answers only where their tokens, run one by one, left the bits that a prompt's
 * chunks leave; drawn codes never: no prompt begins with them.
 */
export function reusablePrefix(
  { head, newIds, request }: SequenceGroup,
  row: Sequence,
  kv: KvHandle,
  { replaysExactly }: Pick<ModelRunner, 'replaysExactly'>
): Prefix {
  const hasAnswer = replaysExactly && head === 'text';
  const prompt: Prompt = hasAnswer ? [...row.prompt, { kind: 'ids', ids: newIds }] : row.prompt;
  const length = hasAnswer ? row.past : Math.min(row.past, row.promptTokens);
  return { prompt, length, keys: blockKeys(prompt, length), kv, salt: request.spec.cacheSalt ?? '' };
}
