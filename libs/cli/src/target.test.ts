import { expect, test } from 'vitest';
import { parseTarget } from './target.ts';

test.each(['127.0.0.1:50051', 'localhost:1', 'a-host.example:65535', '[::1]:50051'])('%s is an address', (text) => {
  expect(parseTarget(text)).toBe(text);
});

test.each([
  '',
  ':',
  'localhost',
  'localhost:',
  'localhost:x',
  'localhost:0',
  'localhost:65536',
  'http://localhost:1',
  '::1:50051',
  'a b:1'
])('"%s" is refused with an example', (text) => {
  expect(() => parseTarget(text)).toThrow('Expected host:port, as localhost:50051 or [::1]:50051.');
});
