import { expect, test } from 'vitest';
import { ModelError } from './model-error.ts';

test('a message is cut where a file has much to say', () => {
  const { message } = new ModelError('corrupt_checkpoint', `tensor ${'x'.repeat(10_000_000)} is missing`);
  expect(message.length).toBeLessThan(2_100);
  expect(message).toMatch(/^tensor x+\.\.\.$/);
});

test('what a terminal would obey is escaped', () => {
  const { message } = new ModelError('unsafe_checkpoint', 'asks for \u001b[2J\u009bevil.name\nsecond line');
  expect(message).toBe('asks for \\x1b[2J\\x9bevil.name\nsecond line');
});
