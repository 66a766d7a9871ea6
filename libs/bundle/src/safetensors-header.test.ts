import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSafetensorsHeader, type SafetensorsHeader } from './safetensors-header.ts';

async function read(bytes: Uint8Array): Promise<SafetensorsHeader> {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-header-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'file'), bytes);
  const file = await open(join(folder, 'file'));
  onTestFinished(() => file.close());
  return await readSafetensorsHeader(file);
}

function fileOf(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const pair = (first: object, second: object) => ({
  a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...first },
  b: { dtype: 'BF16', shape: [2, 2], data_offsets: [8, 16], ...second }
});

test('tells where each tensor lies', async () => {
  const file = fileOf({ __metadata__: { format: 'pt' }, ...pair({}, {}) }, 16);
  const { tensors, raw } = await read(file);
  const dataStart = file.byteLength - 16;
  expect(raw.byteLength).toBe(dataStart);
  expect([...tensors]).toEqual([
    ['a', { dtype: 'f32', dims: [2], offset: dataStart, bytes: 8 }],
    ['b', { dtype: 'bf16', dims: [2, 2], offset: dataStart + 8, bytes: 8 }]
  ]);
});

test('reads scalars and empty tensors', async () => {
  const { tensors } = await read(
    fileOf({ s: { dtype: 'F32', shape: [], data_offsets: [0, 4] }, e: { dtype: 'F32', shape: [0, 3], data_offsets: [4, 4] } }, 4)
  );
  expect(tensors.get('s')?.bytes).toBe(4);
  expect(tensors.get('e')?.bytes).toBe(0);
});

test.each([
  ['has 7 bytes, a header length alone takes 8', Buffer.alloc(7)],
  ['says its header has 18446744073709551615 bytes, at most 24 are possible', Buffer.alloc(32, 255)],
  ['has a header that is no JSON', fileOf('{"a":', 8)],
  ['has a header that is no JSON object', fileOf([], 8)],
  ['describes tensor a by no object', fileOf({ a: 1 }, 8)],
  ['holds tensor a as "F8_E4M3"', fileOf(pair({ dtype: 'F8_E4M3' }, {}), 16)],
  ['gives tensor b the shape [-1]', fileOf(pair({}, { shape: [-1] }), 16)],
  ['gives tensor b the shape [1.5]', fileOf(pair({}, { shape: [1.5] }), 16)],
  ['gives tensor b the offsets [8]', fileOf(pair({}, { data_offsets: [8] }), 16)],
  ['gives tensor b 6 bytes, BF16 [2, 2] takes 8', fileOf(pair({}, { data_offsets: [8, 14] }), 16)],
  ['gives tensor b -8 bytes', fileOf(pair({}, { data_offsets: [16, 8] }), 16)],
  ['puts tensor b at byte', fileOf(pair({}, { data_offsets: [4, 12] }), 16)],
  ['puts tensor b at byte', fileOf(pair({}, { data_offsets: [10, 18] }), 18)],
  ['but tensor b ends at byte', fileOf(pair({}, {}), 15)],
  ['but its last tensor ends at byte', fileOf(pair({}, {}), 17)]
])('refuses a file that %s', async (message, bytes) => {
  await expect(read(bytes)).rejects.toThrow(
    expect.objectContaining({ name: 'SafetensorsError', message: expect.stringContaining(message) })
  );
});
