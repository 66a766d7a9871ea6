import type { GeneratedTokens, GenerateStart } from '@janus-mesh/contracts';
import { expect, test } from 'vitest';
import { hashPositions } from './hash-positions.ts';
import { Receipts } from './receipts.ts';

const LAST_SEED = 2n ** 64n - 1n;
const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const ids = { content: { $case: 'ids', value: { ids: [1] } } } as const;
const features = (hash: Uint8Array) => ({ content: { $case: 'features', value: { hash, rows: 4 } } }) as const;

const start = {
  revision: 'abc',
  sampling: { temperature: 1, topK: 2, topP: 0.5, seed: LAST_SEED },
  maxNewTokens: 40,
  prompt: [ids, features(second), features(first), ids, features(second)]
} as unknown as GenerateStart;

const fingerprint = { onnxruntime: '1', provider: 'cpu', isa: 'x', quantization: 'f32', kvCache: 'f32', prefillChunk: 64, digest: 'd' };

function tokens(sampleIndex: number, ...positions: number[]): GeneratedTokens {
  return {
    sampleIndex,
    ids: [],
    logitHashes: [],
    positionHashes: positions.map((position) => ({ position, hash: BigInt(position) + 5n }))
  };
}

test('a receipt has what was resolved, its own seed, the pictures in the order of the prompt, and its own hashes', () => {
  const receipts = new Receipts(start, 5);
  receipts.generatedBy(fingerprint);
  receipts.add(tokens(0, 0));
  receipts.add(tokens(1, 0));
  receipts.add(tokens(1, 1, 7));
  expect(receipts.of(1, 40)).toEqual({
    revision: 'abc',
    fingerprint,
    sampling: { temperature: 1, topK: 2, topP: 0.5, seed: 0n },
    guidanceWeight: 5,
    maxTokens: 40,
    featureHashes: [second, first, second],
    logitHashes: [
      { position: 0, hash: 5n },
      { position: 1, hash: 6n },
      { position: 7, hash: 12n }
    ]
  });
  expect(receipts.of(0, 40).sampling?.seed).toBe(LAST_SEED);
});

test('tokens that were cut off leave no hash', () => {
  const receipts = new Receipts(start);
  receipts.add(tokens(0, 0, 1, 7));
  expect(receipts.of(0, 7).logitHashes.map(({ position }) => position)).toEqual([0, 1]);
});

test.each([
  [1, [0]],
  [8, [0, 1, 7]],
  [575, [0, 1, 7, 31, 127, 255, 383]],
  [576, [0, 1, 7, 31, 127, 255, 383, 575]],
  [4096, [0, 1, 7, 31, 127, 255, 383, 575]]
])('logits are hashed at the fixed positions below %d tokens', (most, positions) => {
  expect(hashPositions(most)).toEqual(positions);
});
