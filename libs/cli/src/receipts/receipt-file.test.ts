import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { DrawingReceipt } from './receipt.ts';
import { pathFromReceipt, pathInReceipt, readReceipts, writeReceipts } from './receipt-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-receipts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const drawing: DrawingReceipt = {
  kind: 'drawing',
  request: { prompt: 'a [red] circle' },
  guidanceWeight: 5,
  revision: 'abc',
  fingerprint: { isa: 'x64-avx2', prefillChunk: 64 },
  sampling: { temperature: 1, topK: 0, topP: 1, seed: '18446744073709551615' },
  featureHashes: [],
  logitHashes: [{ position: 0, hash: '00000000000000ff' }],
  ids: [3, 1, 2]
};

test('what is written is read again, ids take one line', () => {
  const file = join(folder, 'new', 'drawing.json');
  writeReceipts(file, [drawing]);
  expect(readReceipts(file)).toEqual([drawing]);
  expect(readFileSync(file, 'utf8')).toContain('"ids": [3, 1, 2]');
});

test.each([
  ['{"a":1}', 'is no receipt'],
  ['no json', 'is no receipt'],
  ['{"format":"janus-mesh receipt 9"}', 'has the format "janus-mesh receipt 9"'],
  ['{"format":"janus-mesh receipt 1","results":[]}', 'holds no result'],
  [JSON.stringify({ format: 'janus-mesh receipt 1', results: [{ ...drawing, ids: 'x' }] }), 'results[0].ids must be a list'],
  [
    JSON.stringify({ format: 'janus-mesh receipt 1', results: [{ ...drawing, kind: 'answer' }] }),
    'results[0].request.messages must be a list'
  ]
])('%s is refused as a receipt', (text, why) => {
  const file = join(folder, 'wrong.json');
  writeFileSync(file, text);
  expect(() => readReceipts(file)).toThrow(expect.objectContaining({ kind: 'not_a_receipt', message: expect.stringContaining(why) }));
});

test('pictures are named from the receipt, so that both can move together', () => {
  const receipt = join(folder, 'a', 'receipt.json');
  expect(pathInReceipt(receipt, join(folder, 'b', 'cat.png'))).toBe(join('..', 'b', 'cat.png'));
  expect(join(process.cwd(), pathFromReceipt(receipt, '../b/cat.png'))).toBe(join(folder, 'b', 'cat.png'));
});
