import { Code } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { receivePicture } from './receive-picture.ts';

async function* sent(...chunks: Uint8Array[]) {
  yield* chunks;
}

const LIMIT = 100_000;

test('puts the chunks together', async () => {
  const chunks = [Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(70_000).fill(7), Uint8Array.of(3)];
  const bytes = await receivePicture(sent(...chunks), LIMIT);
  expect(Buffer.from(bytes).equals(Buffer.concat(chunks))).toBe(true);
});

test('an upload of exactly the limit is accepted', async () => {
  expect((await receivePicture(sent(new Uint8Array(99_999), new Uint8Array(1)), LIMIT)).byteLength).toBe(100_000);
});

test('an upload over the limit is refused with the chunk that passes it', async () => {
  let taken = 0;
  async function* endless() {
    for (;;) {
      taken++;
      yield new Uint8Array(40_000);
    }
  }
  await expect(receivePicture(endless(), LIMIT)).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    reason: 'PICTURE_TOO_LARGE',
    message: 'chunk: the picture has more than 100000 bytes, the most that are read'
  });
  expect(taken).toBe(3);
});

test('a chunk over 1 MiB is refused', async () => {
  const chunk = new Uint8Array(1024 * 1024 + 1);
  await expect(receivePicture(sent(chunk), 1e9)).rejects.toMatchObject({
    reason: 'CHUNK_TOO_LARGE',
    message: 'chunk: a chunk has 1048577 bytes; at most 1048576 are allowed'
  });
});

test.each([
  ['no chunk', []],
  ['chunks of no bytes', [new Uint8Array(0)]]
])('%s is an empty upload', async (_, chunks) => {
  await expect(receivePicture(sent(...chunks), LIMIT)).rejects.toMatchObject({
    reason: 'PICTURE_EMPTY',
    violations: [{ field: 'chunk', description: 'the picture is empty: the request ended before a byte of it came' }]
  });
});
