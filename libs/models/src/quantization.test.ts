import { expect, test } from 'vitest';
import { blockOf, linearForm, schemeName, schemeOf, UNQUANTIZED } from './quantization.ts';

test('every part has the form its scheme gives it', () => {
  const names = [
    'text.layers.0.qkv',
    'text.head',
    'codes.head.fc1.weight',
    'aligner.fc1.weight',
    'vision.blocks.3.fc2.weight',
    'codes.fc1.weight'
  ];
  const forms = (scheme: 'f32' | 'w8a8' | 'w4') => names.map((name) => linearForm(schemeOf(scheme, 'bf16'), name));
  expect(forms('f32')).toEqual(['f32', 'f32', 'f32', 'f32', 'f32', 'f32']);
  expect(forms('w8a8')).toEqual(['w8a8', 'w8a8', 'w8a8', 'w8a8', 'w8a8', 'f32']);
  expect(forms('w4')).toEqual(['w4', 'w4', 'w4', 'w8a8', 'w8a8', 'f32']);
});

test('the embedding table keeps its stored type, unless nothing is quantised', () => {
  expect(schemeOf('w4', 'f16').embedding).toBe('f16');
  expect(schemeOf('f32', 'f16')).toBe(UNQUANTIZED);
});

test('a linear that is kept has its own form', () => {
  const kept = [{ linear: 'text.layers.1.down', form: 'f32', error: 0.2, limit: 0.05 } as const];
  const quantization = { ...schemeOf('w8a8', 'bf16'), kept };
  expect(linearForm(quantization, 'text.layers.1.down')).toBe('f32');
  expect(linearForm(quantization, 'text.layers.11.down')).toBe('w8a8');
});

test('4-bit weights have blocks of 32 unless asked for longer ones, and their name says which', () => {
  const named = [schemeOf('w4', 'bf16'), schemeOf('w4', 'bf16', 32), schemeOf('w4', 'bf16', 128), schemeOf('w8a8', 'bf16'), UNQUANTIZED];
  expect(named.map(schemeName)).toEqual(['w4', 'w4', 'w4 b128', 'w8a8', 'f32']);
  expect(named.map(({ block }) => block)).toEqual([32, 32, 128, undefined, undefined]);
  expect(blockOf({})).toBe(32);
});

test('a block is refused where there are none, and one of another length', () => {
  expect(() => schemeOf('w8a8', 'bf16', 128)).toThrow('a block of 128 weights is for w4; w8a8 has no blocks');
  expect(() => schemeOf('f32', 'bf16', 32)).toThrow('a block of 32 weights is for w4; f32 has no blocks');
  expect(() => schemeOf('w4', 'bf16', 64 as 128)).toThrow('a block of 64 weights: expected one of 32, 128');
});
