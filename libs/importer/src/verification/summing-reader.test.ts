import { expect, onTestFinished, test } from 'vitest';
import { CanonicalReader } from '../canonical-reader.ts';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { sharedFloats } from '../shared-floats.ts';
import { golden } from '../testing/golden-folder.ts';
import { SummingReader } from './summing-reader.ts';

const NAME = 'lm_head.weight';

test('a tensor whose rows all came in order is not read again for its sum; one that was read in part is', async () => {
  const checkpoint = await openCheckpoint(golden('tiny-pro'));
  onTestFinished(() => checkpoint.close());
  const plain = new CanonicalReader(checkpoint.located.tensors, () => undefined);
  onTestFinished(() => plain.close());
  const expected = await plain.sum(NAME);
  const [rows, length] = [plain.rowCount(NAME), plain.rowLength(NAME)];
  const half = rows >> 1;
  const part = (count: number) => sharedFloats(count * length);
  for (const whole of [true, false]) {
    let bytes = 0;
    const reader = new SummingReader(new CanonicalReader(checkpoint.located.tensors, (count) => (bytes += count)));
    onTestFinished(() => reader.close());
    await reader.rows(NAME, part(half));
    await reader.rows(NAME, part(1), half + 1); // out of its turn
    if (whole) await reader.rows(NAME, part(rows - half), half);
    const before = bytes;
    expect(await reader.sum(NAME)).toBe(expected);
    expect(bytes - before).toBe(whole ? 0 : 4 * rows * length);
  }
});
