import { goldenModel } from '@janus-mesh/networks/testing';
import { openRuntime } from '@janus-mesh/runtime';
import { elementCount } from '@janus-mesh/tensor';
import { expect, test } from 'vitest';
import { KvPool } from './kv-pool.ts';

const runtime = openRuntime({ threads: 1 });
const text = { ...goldenModel().config.text, layers: 2, contextTokens: 600 };
const shape = { text, kv: 'f32' } as const;
const PER_TOKEN = 2 * 2 * text.kvHeads * text.headDim * 4;

test('capacities are multiples of 256, at most the context', () => {
  const pool = new KvPool(runtime, shape, 1e9);
  expect([1, 256, 257, 512, 513, 600].map((positions) => pool.allocate(positions).capacity)).toEqual([256, 256, 512, 512, 600, 600]);
});

test('bytes asked are bytes taken: f32 keys and values of every layer and head', () => {
  const pool = new KvPool(runtime, shape, 1e9);
  for (const positions of [1, 300, 600]) {
    const slab = pool.allocate(positions);
    const held = slab.layers.flatMap(({ k, v }) => [k, v]).reduce((sum, { dims }) => sum + 4 * elementCount(dims), 0);
    expect(slab.bytes).toBe(slab.capacity * PER_TOKEN);
    expect(held).toBe(slab.bytes);
    expect(pool.bytesFor(positions)).toBe(slab.bytes);
  }
});

test('an int8 cache takes a quarter', () => {
  const pool = new KvPool(runtime, { text, kv: 'int8' }, 1e9);
  const slab = pool.allocate(300);
  expect(slab.bytes).toBe((512 * PER_TOKEN) / 4);
  expect(slab.layers.flatMap(({ k, v }) => [k, v]).every(({ dtype }) => dtype === 'i8')).toBe(true);
});

test("what is given back is the budget's again, and a budget in use is never passed", () => {
  const pool = new KvPool(runtime, shape, 1024 * PER_TOKEN);
  const [first] = [pool.allocate(256), pool.allocate(600)];
  expect(() => pool.allocate(256)).toThrow(
    `a cache of ${256 * PER_TOKEN} bytes does not fit: ${856 * PER_TOKEN} of ${1024 * PER_TOKEN} bytes are in use`
  );
  pool.free(first);
  expect(first.layers[0]?.k.isReleased).toBe(true);
  expect(pool.allocate(256).capacity).toBe(256);
});

test('positions beyond the context are refused', () => {
  const pool = new KvPool(runtime, shape, 1e9);
  for (const positions of [0, 1.5, 601]) expect(() => pool.allocate(positions)).toThrow(`a cache of ${positions} positions`);
});

test('what is not in use cannot be freed', () => {
  const pool = new KvPool(runtime, shape, 1e9);
  const slab = pool.allocate(1);
  pool.free(slab);
  expect(() => pool.free(slab)).toThrow('is not in use');
  expect(() => pool.free(new KvPool(runtime, shape, 1e9).allocate(1))).toThrow('is not in use');
});
