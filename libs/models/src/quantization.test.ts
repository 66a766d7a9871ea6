import { expect, test } from 'vitest';
import { linearForm, schemeOf, UNQUANTIZED } from './quantization.ts';

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
