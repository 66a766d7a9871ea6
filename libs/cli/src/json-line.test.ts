import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FinishReason, ImageFormat } from '@janus-mesh/contracts';
import { expect, test } from 'vitest';
import { jsonLine } from './json-line.ts';

test('seeds beyond 2^53 keep every digit, bytes become base64', () => {
  const line = jsonLine({ seed: 18_446_744_073_709_551_615n, data: Uint8Array.of(1, 2, 255), buffer: Buffer.from([1, 2, 255]) });
  expect(line).toBe('{"seed":"18446744073709551615","data":"AQL/","buffer":"AQL/"}\n');
});

test('an event is an object with the one field that is set', () => {
  expect(jsonLine({ $case: 'progress', value: { codesDone: 6 } })).toBe('{"progress":{"codesDone":6}}\n');
});

test('enums have their names; one that is newer than this command stays a number', () => {
  const picture = { format: ImageFormat.IMAGE_FORMAT_WEBP, sampleIndex: 1 };
  expect(jsonLine({ $case: 'picture', value: picture })).toBe('{"picture":{"format":"IMAGE_FORMAT_WEBP","sampleIndex":1}}\n');
  expect(jsonLine({ reason: FinishReason.FINISH_REASON_LENGTH })).toBe('{"reason":"FINISH_REASON_LENGTH"}\n');
  expect(jsonLine({ reason: 99 })).toBe('{"reason":99}\n');
  expect(jsonLine({ reason: 'connection refused' })).toBe('{"reason":"connection refused"}\n');
});

test('every enum field of the public protos is known by its name', () => {
  const folder = resolve(import.meta.dirname, '../../../proto/janus/v1');
  const text = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const enums = new Set(text.join('\n').match(/(?<=^enum )\w+/gm));
  const fields = [...text.join('\n').matchAll(/^\s+(?:optional |repeated )?(\w+) (\w+) = \d+/gm)].filter(([, type]) =>
    enums.has(type as string)
  );
  expect(fields.length).toBeGreaterThan(3);
  for (const [, , field] of fields) expect(jsonLine({ [field as string]: 1 })).toMatch(/:"[A-Z_]+"\}\n$/);
});
