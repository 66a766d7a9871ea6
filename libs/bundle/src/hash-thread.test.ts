import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HashThread } from './hash-thread.ts';

const BYTES = Uint8Array.from({ length: 5_000_001 }, (_, i) => (i * 31) >> 3);

function thread(): HashThread {
  const made = new HashThread();
  onTestFinished(() => made.close());
  return made;
}

test('sums are those of all bytes in the order they were given, one after another', async () => {
  const hasher = thread();
  const shared = new Uint8Array(new SharedArrayBuffer(BYTES.length));
  shared.set(BYTES);
  const done = [hasher.update(shared.subarray(0, 1000)), hasher.update(shared.subarray(1000)), hasher.digest(), hasher.digest()];
  const [, , whole, nothing] = await Promise.all(done);
  expect(whole).toBe(createHash('sha256').update(BYTES).digest('hex'));
  expect(nothing).toBe(createHash('sha256').digest('hex'));
});

test('parts of a file are read there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'janus-mesh-hash-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  writeFileSync(join(folder, 'file'), BYTES);
  const file = await open(join(folder, 'file'));
  onTestFinished(() => file.close());
  const hasher = thread();
  await hasher.updateFrom({ fd: file.fd, offset: 17, bytes: 4_500_000 });
  expect(await hasher.digest()).toBe(createHash('sha256').update(BYTES.subarray(17, 4_500_017)).digest('hex'));
  await expect(hasher.updateFrom({ fd: file.fd, offset: 0, bytes: 5_000_002 })).rejects.toThrow(
    'the file ends at byte 5000001, 5000002 are needed'
  );
  await expect(hasher.digest(), 'it stays broken').rejects.toThrow(RangeError);
});
