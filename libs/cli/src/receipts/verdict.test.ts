import { expect, test } from 'vitest';
import { verdict } from './verdict.ts';

const moved = { field: 'fingerprint.isa', was: 'x64-avx2', is: 'arm64' };

test('says identical, and what has changed without an effect', () => {
  expect(verdict({ difference: undefined, causes: [] }, 'answer')).toEqual(['identical']);
  expect(verdict({ difference: undefined, causes: [moved] }, 'answer')[1]).toBe('  although fingerprint.isa was x64-avx2, is arm64');
});

test('names the first token that differs and what explains it', () => {
  const difference = { ids: { position: 3, was: 8, is: 9 }, logits: { position: 1, was: 'aa', is: 'bb' } };
  expect(verdict({ difference, causes: [moved] }, 'drawing')).toEqual([
    'different: code 3 was 8, is 9; logits differ at position 1 already',
    '  because fingerprint.isa was x64-avx2, is arm64'
  ]);
});

test('says so where nothing explains it', () => {
  const difference = { logits: { position: 7, was: 'aa', is: 'bb' } };
  expect(verdict({ difference, causes: [] }, 'answer')).toEqual([
    'different: all tokens are the same, but the logits differ from position 7 on',
    expect.stringContaining('nothing explains it')
  ]);
});
