import { expect, test } from 'vitest';
import type { Prompt, PromptPart } from './prompt.ts';
import { sharedPrefix } from './shared-prefix.ts';

const ids = (...values: number[]): PromptPart => ({ kind: 'ids', ids: values });
const codes = (...values: number[]): PromptPart => ({ kind: 'codes', ids: values });
const picture = (hash: string, rows = 5): PromptPart => ({ kind: 'features', hash, rows });

test.each<[string, Prompt, Prompt, number]>([
  ['equal ids', [ids(1, 2, 3)], [ids(1, 2, 3)], 3],
  ['another id', [ids(1, 2, 3)], [ids(1, 9, 3)], 1],
  ['a longer prompt', [ids(1, 2)], [ids(1, 2, 3)], 2],
  ['parts cut elsewhere, some empty', [ids(1), ids(), ids(2, 3), ids(4)], [ids(1, 2), ids(3, 4)], 4],
  ['a code that has the number of an id', [ids(1, 2)], [ids(1), codes(2)], 1],
  ['equal codes', [ids(1), codes(2, 3)], [ids(1), codes(2, 4)], 2],
  ['the same picture', [ids(1), picture('cat'), ids(2)], [ids(1), picture('cat'), ids(3)], 6],
  ['another picture', [ids(1), picture('cat')], [ids(1), picture('dog')], 1],
  ['a picture of another height', [picture('cat', 5)], [picture('cat', 6)], 0],
  ['the second of two equal pictures', [picture('cat'), picture('cat'), ids(1)], [picture('cat'), picture('cat'), ids(2)], 10],
  ['a picture against ids', [picture('cat')], [ids(1, 2, 3, 4, 5)], 0],
  ['an empty prompt', [], [ids(1)], 0]
])('%s', (_, a, b, shared) => {
  expect(sharedPrefix(a, b)).toBe(shared);
  expect(sharedPrefix(b, a)).toBe(shared);
});
