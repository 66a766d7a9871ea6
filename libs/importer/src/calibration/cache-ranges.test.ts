import { expect, test } from 'vitest';
import { CacheRanges } from './cache-ranges.ts';

/** Keys of 2 prompts, 2 heads, 50 positions, 4 channels: each channel between ± its size. */
function keys(sizes: readonly number[]): Float32Array {
  return Float32Array.from({ length: 2 * 2 * 50 * 4 }, (_, at) => {
    const head = Math.floor(at / 200) % 2;
    return (sizes[head * 4 + (at % 4)] as number) * Math.sin(at * 1.7);
  });
}
const DIMS = [2, 2, 50, 4];

test('channels of one size share a scale, with room above the largest value seen', () => {
  const ranges = new CacheRanges();
  ranges.add('text.layers.0.k_scale', keys([3, 3, 3, 3, 3, 3, 3, 3]), DIMS);
  expect(ranges.form).toBe('int8');
  const scales = ranges.scales('int8').get('text.layers.0.k_scale') ?? new Float32Array();
  expect(scales).toHaveLength(1);
  expect((scales[0] as number) * 127).toBeCloseTo(3 * 1.2, 2);
});

test('a channel far above the others gives each its own, in the order of heads and channels', () => {
  const ranges = new CacheRanges();
  const sizes = [1, 1, 2, 1, 1, 200, 0, 1];
  ranges.add('text.layers.0.v_scale', keys([1, 1, 1, 1, 1, 1, 1, 1]), DIMS);
  ranges.add('text.layers.0.k_scale', keys(sizes), DIMS);
  expect(ranges.scales('int8_channel').get('text.layers.0.k_scale')).toHaveLength(8);
  const scales = ranges.scales('int8_channel').get('text.layers.0.k_scale') ?? new Float32Array();
  for (const [channel, size] of sizes.entries()) {
    if (size === 0) expect(scales[channel], 'a channel of zeros still divides').toBe(1);
    else expect(((scales[channel] as number) * 127) / 1.2 / size).toBeCloseTo(1, 1);
  }
});

test('the worst layer decides for all', () => {
  const ranges = new CacheRanges();
  ranges.add('text.layers.0.k_scale', keys([1, 1, 1, 1, 1, 1, 1, 1]), DIMS);
  const calm = ranges.worstError;
  expect(calm).toBeLessThan(0.01);
  ranges.add(
    'text.layers.1.k_scale',
    keys([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 1.5]).map((value, at) => (at % 997 === 0 ? 40 : value)),
    DIMS
  );
  expect(ranges.worstError).toBeGreaterThan(0.05);
  expect(ranges.form).toBe('int8_channel');
});
