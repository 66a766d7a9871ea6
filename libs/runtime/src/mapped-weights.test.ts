import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MappedWeights } from './mapped-weights.ts';
import { openRuntime } from './open-runtime.ts';

test('refuses a tensor that ends beyond the file, and a released file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mapped-weights-'));
  const path = join(folder, 'weights');
  writeFileSync(path, new Uint8Array(152));
  const tensors = new Map([['w', { dtype: 'f32', dims: [2], offset: 148, bytes: 8 } as const]]);
  const weights = new MappedWeights(openRuntime({ threads: 1 }), path, tensors);
  const refusal = { code: 'ARGUMENT', message: expect.stringMatching(/148.*156.*152 bytes/) };
  expect(() => weights.bytes('w')).toThrow(expect.objectContaining(refusal));
  expect(() => weights.values(['w'])).toThrow(expect.objectContaining(refusal));
  weights.release();
  weights.release();
  expect(() => weights.dropPages()).toThrow(/released/);
  rmSync(folder, { recursive: true });
});

test('small weights are copies, which stay when the file is changed; large ones are the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mapped-weights-'));
  const path = join(folder, 'weights');
  const bytes = (1 << 16) + 4;
  writeFileSync(path, new Uint8Array(bytes).fill(1));
  const tensors = new Map([
    ['small', { dtype: 'u8', dims: [4], offset: 0, bytes: 4 } as const],
    ['large', { dtype: 'u8', dims: [1 << 16], offset: 4, bytes: 1 << 16 } as const]
  ]);
  const weights = new MappedWeights(openRuntime({ threads: 1 }), path, tensors);
  const [small, large] = [...weights.values(['small', 'large']).values()];
  writeFileSync(path, new Uint8Array(bytes).fill(2));
  expect(small?.data).toEqual(new Uint8Array(4).fill(1));
  expect(() => large?.data).toThrow();
  weights.release();
  rmSync(folder, { recursive: true });
});
