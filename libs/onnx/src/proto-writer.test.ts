import { describe, expect, test } from 'vitest';
import { ProtoWriter } from './proto-writer.ts';

const bytes = (proto: ProtoWriter) => Buffer.from(proto.finish()).toString('hex');

describe('ProtoWriter', () => {
  test("writes the examples of protobuf's encoding guide", () => {
    expect(bytes(new ProtoWriter().int(1, 150))).toBe('089601');
    expect(bytes(new ProtoWriter().string(2, 'testing'))).toBe('120774657374696e67');
    expect(bytes(new ProtoWriter().message(3, new ProtoWriter().int(1, 150)))).toBe('1a03089601');
  });

  test('writes negative numbers as ten bytes and field numbers above 15 as two', () => {
    expect(bytes(new ProtoWriter().int(1, -1))).toBe('08ffffffffffffffffff01');
    expect(bytes(new ProtoWriter().int(20, 2))).toBe('a00102');
  });

  test('writes integers above 2^53 given as bigint', () => {
    expect(bytes(new ProtoWriter().int(1, 2n ** 63n - 1n))).toBe('08ffffffffffffffff7f');
  });

  test('writes floats little-endian', () => {
    expect(bytes(new ProtoWriter().float(2, 1))).toBe('150000803f');
  });

  test('grows for a message longer than its first buffer', () => {
    const blob = new Uint8Array(70_000).map((_, i) => i);
    const written = new ProtoWriter().int(1, 1).bytes(9, blob).int(2, 7).finish();
    expect(written.subarray(2, 6)).toEqual(Uint8Array.of(0x4a, 0xf0, 0xa2, 0x04));
    expect(written.subarray(6, 70_006)).toEqual(blob);
    expect(written.subarray(70_006)).toEqual(Uint8Array.of(0x10, 7));
  });
});
