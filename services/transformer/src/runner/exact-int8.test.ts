import { INT8_PROBE_SUM } from '@janus-mesh/networks';
import { expect, test } from 'vitest';
import { assertExactInt8, assertSums } from './exact-int8.ts';
import { runtime } from './testing/golden-runner.ts';

test.runIf(process.arch === 'arm64' || process.arch === 'x64')(
  'a processor of a developer or a runner adds up bytes exactly, or says so',
  async () => {
    const outcome = await assertExactInt8(runtime).catch((error: Error) => error.message);
    expect(outcome === undefined || /w8a8 would give wrong results/.test(outcome)).toBe(true);
  }
);

test('sums that saturated are refused, with what came out', () => {
  expect(INT8_PROBE_SUM).toBe(1_032_256);
  expect(() => assertSums(Float32Array.of(INT8_PROBE_SUM, INT8_PROBE_SUM))).not.toThrow();
  expect(() => assertSums(Float32Array.of(INT8_PROBE_SUM, 1_048_544))).toThrow('up to 1048544 instead of 1032256');
});
