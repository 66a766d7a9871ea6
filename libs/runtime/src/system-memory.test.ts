import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openRuntime } from './open-runtime.ts';
import { RuntimeError } from './runtime-error.ts';
import { SystemMemory } from './system-memory.ts';
import { ADD } from './testing/graphs.ts';

const isLinux = process.platform === 'linux';
/** Bytes of the process that are of no file. */
const ownBytes = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;

test('it is zeros, and its arrays are the same memory', () => {
  const memory = new SystemMemory(64);
  const [bytes, floats] = [memory.array('i8', 0, 64), memory.array('f32', 32, 2)];
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  floats.set([1, -2]);
  expect([...bytes.subarray(32, 40)]).toEqual([0, 0, -128, 63, 0, 0, 0, -64]);
  memory.release();
});

test('tensors over it are computed with where they lie', async () => {
  const runtime = openRuntime({ threads: 1 });
  const memory = new SystemMemory(16);
  const [a, y] = [memory.array('f32', 0, 2), memory.array('f32', 8, 2)];
  a.set([3, 4]);
  const call = (await runtime.createSession({ model: ADD })).newCall(['a', 'b'], ['y']);
  const input = runtime.tensor('f32', [1, 2], a);
  call.setInput('a', input);
  call.setInput('b', input);
  call.setOutput('y', runtime.tensor('f32', [1, 2], y));
  await call.run();
  expect([...y]).toEqual([6, 8]);
});

test.skipIf(!isLinux)('it takes memory when it is written, and gives it back at once', () => {
  const MB = 1e6;
  const before = ownBytes();
  const memory = new SystemMemory(256 * MB);
  const bytes = memory.array('i8', 0, 256 * MB);
  expect(ownBytes() - before).toBeLessThan(16 * MB);
  bytes.fill(1);
  expect(ownBytes() - before).toBeGreaterThan(250 * MB);
  memory.release();
  expect(ownBytes() - before).toBeLessThan(16 * MB);
});

test('it is there as long as a value over it lives, whatever is released first', () => {
  const memory = new SystemMemory(4096);
  const value = openRuntime({ threads: 1 }).tensor('f32', [2], memory.array('f32', 0, 2), memory);
  memory.release();
  value.data.set([1, -2]);
  expect([...value.data]).toEqual([1, -2]);
  value.release();
});

test('where the system gives no pages it is an array', () => {
  const noPages = () => undefined;
  const memory = new SystemMemory(64, noPages);
  const [bytes, floats] = [memory.array('i8', 0, 64), memory.array('f32', 32, 2)];
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  floats.set([1, -2]);
  expect([...bytes.subarray(32, 40)]).toEqual([0, 0, -128, 63, 0, 0, 0, -64]);
  memory.release();
  expect(() => memory.array('i8', 0, 8)).toThrow('memory of 64 bytes was used after it was released');
  expect(() => new SystemMemory(2 ** 53 - 1, noPages)).toThrow(
    expect.objectContaining({ code: 'MEMORY', message: 'no memory of 9007199254740991 bytes: Array buffer allocation failed' })
  );
});

test('what is not inside it, or released, is refused', () => {
  const memory = new SystemMemory(8);
  expect(() => memory.array('f32', 4, 2)).toThrow('bytes 4 to 12 are not inside memory of 8 bytes');
  expect(() => memory.array('i8', -1, 2)).toThrow('bytes -1 to 1 are not inside memory of 8 bytes');
  memory.release();
  expect(() => memory.array('i8', 0, 8)).toThrow('memory of 8 bytes was used after it was released');
  for (const length of [0, 1.5, -1]) expect(() => new SystemMemory(length)).toThrow(`memory of ${length} bytes: it must be`);
});

test.skipIf(!isLinux)('more than the system has is told', () => {
  expect(() => new SystemMemory(2 ** 48)).toThrow(expect.objectContaining({ code: 'MEMORY', message: expect.stringContaining('ENOMEM') }));
  expect(() => new SystemMemory(2 ** 48)).toThrow(RuntimeError);
});
