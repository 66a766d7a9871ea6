import { expect, test } from 'vitest';
import { jsonLine } from './json-line.ts';

test('seeds beyond 2^53 keep every digit, bytes become base64', () => {
  const line = jsonLine({ seed: 18_446_744_073_709_551_615n, data: Uint8Array.of(1, 2, 255), buffer: Buffer.from([1, 2, 255]) });
  expect(line).toBe('{"seed":"18446744073709551615","data":"AQL/","buffer":"AQL/"}\n');
});

test('an event is an object with the one field that is set', () => {
  expect(jsonLine({ $case: 'progress', value: { codesDone: 6 } })).toBe('{"progress":{"codesDone":6}}\n');
});
