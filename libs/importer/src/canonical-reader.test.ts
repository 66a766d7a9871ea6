import { createHash } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CanonicalReader } from './canonical-reader.ts';
import type { FloatType, LocatedTensor } from './checkpoint/located-tensor.ts';
import { temporaryFolder } from './testing/golden-folder.ts';

/** A reader of bf16 tensors of those shapes, one after another in a file, with the values they must have. */
async function readerOf(shapes: Readonly<Record<string, readonly [number, number]>>) {
  const path = join(temporaryFolder(), 'weights');
  const tensors = new Map<string, LocatedTensor>();
  const values = new Map<string, Float32Array>();
  const parts: Uint8Array[] = [];
  const file = await open(path, 'w+');
  onTestFinished(() => file.close());
  let offset = 0;
  for (const [name, dims] of Object.entries(shapes)) {
    const bits = Uint16Array.from({ length: dims[0] * dims[1] }, (_, i) => 0x3c00 + ((i * 7919 + parts.length) % 0x400));
    values.set(name, new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer));
    parts.push(new Uint8Array(bits.buffer));
    tensors.set(name, { name, dims, dtype: 'bf16', file, fileName: 'weights', offset, bytes: bits.byteLength });
    offset += bits.byteLength;
  }
  writeFileSync(path, Buffer.concat(parts));
  const told: number[] = [];
  return { reader: new CanonicalReader(tensors, (bytes) => told.push(bytes)), values, told, path };
}

test.each<[string, readonly [number, number]]>([
  ['many rows', [5000, 1001]],
  ['rows longer than a chunk', [3, 3_000_001]],
  ['less than a chunk', [2, 3]]
])('reads a tensor of %s in whole rows, and takes its sum', async (_what, dims) => {
  const { reader, values, told } = await readerOf({ tensor: dims });
  const read = new Float32Array(dims[0] * dims[1]);
  let at = 0;
  for await (const chunk of reader.chunks('tensor')) {
    expect(chunk.length % dims[1]).toBe(0);
    read.set(chunk, at);
    at += chunk.length;
  }
  const expected = values.get('tensor') ?? new Float32Array();
  expect(Buffer.from(read.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(read.byteLength);
  expect(await reader.sum('tensor')).toBe(createHash('sha256').update(new Uint8Array(expected.buffer)).digest('hex'));
});

test('a chunk stays as it is while the next one is read, of another tensor too', async () => {
  const { reader, values } = await readerOf({ a: [1, 8], b: [1, 8] });
  const first = (await reader.chunks('a').next()).value as Float32Array;
  const second = (await reader.chunks('b').next()).value as Float32Array;
  expect(first).toEqual(values.get('a'));
  expect(second).toEqual(values.get('b'));
});

test('takes the sum of a tensor that was not read before', async () => {
  const { reader, values } = await readerOf({ a: [4, 4] });
  expect(await reader.sum('a')).toBe(
    createHash('sha256')
      .update(new Uint8Array(values.get('a')?.buffer ?? new ArrayBuffer()))
      .digest('hex')
  );
});

test('tells a file that got shorter', async () => {
  const { reader, path } = await readerOf({ a: [4, 4] });
  truncateSync(path, 30);
  await expect(reader.sum('a')).rejects.toThrow(
    expect.objectContaining({
      kind: 'corrupt_checkpoint',
      message: "weights: tensor a can't be read: the file ends at byte 30, 32 are needed"
    })
  );
});

const NOT_FINITE = [
  ['bf16', 0, 0x7f80, 'Infinity'],
  ['bf16', 6, 0xffc1, 'NaN'],
  ['f16', 1, 0x7c00, 'Infinity'],
  ['f16', 6, 0xfe01, 'NaN'],
  ['f32', 0, 0x7f800000, 'Infinity'],
  ['f32', 5, 0xffc00001, 'NaN']
] as const;

test.each(NOT_FINITE)('in %s, element %i of bits %i is refused as %s', async (dtype, at, bits, value) => {
  const reader = await readerOfBits(
    dtype,
    Array.from({ length: 7 }, (_, i) => (i === at ? bits : 0x3c01))
  );
  await expect(reader.sum('a')).rejects.toThrow(
    expect.objectContaining({
      kind: 'corrupt_checkpoint',
      message: `weights: tensor a can't be read: element ${at} is ${value}, weights must be finite`
    })
  );
  await expect(reader.rows('a')).rejects.toThrow(`element ${at} is ${value}`);
});

/** A reader of one tensor [7] of those elements' bits. */
async function readerOfBits(dtype: FloatType, bits: readonly number[]): Promise<CanonicalReader> {
  const path = join(temporaryFolder(), 'weights');
  const bytes = new Uint8Array(dtype === 'f32' ? Uint32Array.from(bits).buffer : Uint16Array.from(bits).buffer);
  writeFileSync(path, bytes);
  const file = await open(path);
  onTestFinished(() => file.close());
  const tensor: LocatedTensor = { name: 'a', dims: [7], dtype, file, fileName: 'weights', offset: 0, bytes: bytes.byteLength };
  return new CanonicalReader(new Map([['a', tensor]]), () => undefined);
}
