import { readFileSync } from 'node:fs';
import { bytesOf } from '@janus-mesh/tensor';
import { describe, expect, test } from 'vitest';
import { openRuntime } from './open-runtime.ts';
import { RuntimeError } from './runtime-error.ts';
import { SystemMemory } from './system-memory.ts';
import { bytesOfMemory } from './testing/bytes-of-memory.ts';
import { ADD } from './testing/graphs.ts';

const runtime = openRuntime({ threads: 1 });
const isLinux = process.platform === 'linux';
/** Bytes of the process that are of no file. */
const ownBytes = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;

const pages: [string, (byteLength: number) => SystemMemory] = ['pages', (byteLength) => new SystemMemory(byteLength)];
const array: typeof pages = ['an array, where the system gives no pages', (byteLength) => new SystemMemory(byteLength, () => undefined)];

describe.each([pages, array])('%s', (_, allocate) => {
  test('is zeros', () => {
    const memory = allocate(64);
    expect([...bytesOfMemory(memory, 0, 64)]).toEqual(Array.from({ length: 64 }, () => 0));
    memory.release();
  });

  test('has tensors that are computed with where they lie', async () => {
    const memory = allocate(16);
    new Float32Array(bytesOfMemory(memory, 0, 8).buffer, bytesOfMemory(memory, 0, 8).byteOffset, 2).set([3, -4]);
    const call = (await runtime.createSession({ model: ADD })).newCall(['a', 'b'], ['y']);
    const input = runtime.tensorAt('f32', [1, 2], memory.address(0), memory);
    call.setInput('a', input);
    call.setInput('b', input);
    call.setOutput('y', runtime.tensorAt('f32', [1, 2], memory.address(8), memory));
    await call.run();
    expect([...bytesOfMemory(memory, 8, 8)]).toEqual([...bytesOf(Float32Array.of(6, -8))]);
  });

  test('is copied from another one, and within itself', () => {
    const [from, to] = [allocate(8), allocate(6)];
    bytesOfMemory(from, 0, 8).set([1, 2, 3, 4, 5, 6, 7, 8]);
    to.copy(from, 3, 2, 4);
    to.copy(to, 2, 1, 4);
    expect([...bytesOfMemory(to, 0, 6)]).toEqual([0, 4, 5, 6, 7, 7]);
    for (const memory of [from, to]) memory.release();
  });

  test('is there as long as a value over it lives, whatever is released first', () => {
    const memory = allocate(4096);
    const bytes = bytesOfMemory(memory, 0, 4096);
    const value = runtime.tensorAt('f32', [2], memory.address(0), memory);
    memory.release();
    bytes.fill(7);
    expect(bytes[4095]).toBe(7);
    value.release();
  });

  test('refuses what is not inside it, or comes after it was released', () => {
    const [memory, other] = [allocate(8), allocate(16)];
    expect(() => bytesOfMemory(memory, 4, 8)).toThrow('bytes 4 to 12 are not inside memory of 8 bytes');
    expect(() => memory.address(-1)).toThrow('bytes -1 to -1 are not inside memory of 8 bytes');
    expect(() => memory.copy(other, 0, 4, 5)).toThrow('bytes 4 to 9 are not inside memory of 8 bytes');
    expect(() => memory.copy(other, 12, 0, 5)).toThrow('bytes 12 to 17 are not inside memory of 16 bytes');
    expect(() => runtime.tensorAt('f32', [2], memory.address(4), memory)).toThrow('bytes 4 to 12 are not inside memory of 8 bytes');
    memory.release();
    expect(() => memory.address(0)).toThrow('memory of 8 bytes was used after it was released');
    other.release();
  });
});

test.skipIf(!isLinux)('it takes memory when it is written, and gives it back at once', () => {
  const MB = 1e6;
  const before = ownBytes();
  const memory = new SystemMemory(256 * MB);
  const bytes = bytesOfMemory(memory, 0, 256 * MB);
  expect(ownBytes() - before).toBeLessThan(16 * MB);
  bytes.fill(1);
  expect(ownBytes() - before).toBeGreaterThan(250 * MB);
  memory.release();
  expect(ownBytes() - before).toBeLessThan(16 * MB);
});

test('a length that is none is refused', () => {
  for (const length of [0, 1.5, -1]) expect(() => new SystemMemory(length)).toThrow(`memory of ${length} bytes: it must be`);
  expect(() => new SystemMemory(2 ** 53 - 1, () => undefined)).toThrow(expect.objectContaining({ code: 'MEMORY' }));
});

test.skipIf(!isLinux)('more than the system has is told', () => {
  expect(() => new SystemMemory(2 ** 48)).toThrow(expect.objectContaining({ code: 'MEMORY', message: expect.stringContaining('ENOMEM') }));
  expect(() => new SystemMemory(2 ** 48)).toThrow(RuntimeError);
});
