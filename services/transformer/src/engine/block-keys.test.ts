import { expect, test } from 'vitest';
import { blockKeys, sharedBlocks } from './block-keys.ts';
import type { Prompt, PromptPart } from './prompt.ts';

const ids = (length: number, first = 0): PromptPart => ({ kind: 'ids', ids: Array.from({ length }, (_, i) => first + i) });
const picture = (hash: string): PromptPart => ({ kind: 'features', hash, rows: 40 });
const shared = (a: Prompt, b: Prompt) => sharedBlocks(blockKeys(a, 1_000), blockKeys(b, 1_000));

test('a key stands for each whole block of the tokens of interest', () => {
  expect(blockKeys([ids(15)], 100)).toEqual([]);
  const keys = blockKeys([ids(50)], 100);
  expect(keys).toHaveLength(3);
  expect(blockKeys([ids(50)], 47)).toEqual(keys.slice(0, 2));
  expect(blockKeys([ids(20), ids(0), ids(30, 20)], 100)).toEqual(keys);
});

test.each<[string, Prompt, Prompt, number]>([
  ['equal prompts', [ids(64)], [ids(64)], 4],
  ['one that is longer', [ids(64)], [ids(200)], 4],
  ['another first token', [ids(64, 1)], [ids(64)], 0],
  ['another token in the third block', [ids(40), ids(40)], [ids(80)], 2],
  ['a picture', [ids(4), picture('cat'), ids(20)], [ids(4), picture('cat'), ids(20, 7)], 2],
  ['another picture', [ids(16), picture('cat')], [ids(16), picture('dog')], 1],
  ['codes with the numbers of ids', [{ ...ids(32), kind: 'codes' } as PromptPart], [ids(32)], 0]
])('prompts begin alike by whole blocks: %s', (_, a, b, blocks) => {
  expect([shared(a, b), shared(b, a)]).toEqual([blocks, blocks]);
});
