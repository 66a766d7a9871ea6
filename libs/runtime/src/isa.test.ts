import { expect, test } from 'vitest';
import { classOf, isaClass } from './isa.ts';

const AVX512 = ['avx', 'avx2', 'fma', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];
const x64 = (features: string[], levelTwoCache?: string) =>
  classOf({ architecture: 'x64', model: 'AMD EPYC', features: new Set(features), levelTwoCache });
const arm64 = (features: string[]) => classOf({ architecture: 'arm64', model: '', features: new Set(features), levelTwoCache: undefined });

test('tells x64 processors apart by their widest kernels', () => {
  expect(x64([...AVX512, 'avx512_vnni', 'amx_int8'])).toBe('x64-avx512-amx');
  expect(x64([...AVX512, 'avx512_vnni'])).toBe('x64-avx512-vnni');
  expect(x64(AVX512)).toBe('x64-avx512');
  expect(x64(['avx', 'avx2', 'fma', 'avx_vnni'])).toBe('x64-avx2-vnni');
  expect(x64(['avx', 'avx2', 'fma'])).toBe('x64-avx2');
  expect(x64(['avx'])).toBe('x64-avx');
  expect(x64(['sse4_2'])).toBe('x64-sse2');
});

test('tells arm64 processors apart by their features', () => {
  expect(arm64(['fp', 'asimd', 'asimddp', 'i8mm', 'sve'])).toBe('arm64-sve-i8mm-dotprod');
  expect(arm64(['fp', 'asimd', 'asimddp'])).toBe('arm64-dotprod');
  expect(arm64(['fp', 'asimd'])).toBe('arm64-neon');
});

test('adds the size of the second-level cache where it is known', () => {
  expect(x64(['avx', 'avx2', 'fma'], '1024K')).toBe('x64-avx2-l2-1024k');
});

test('takes the name of the model where no features are listed', () => {
  const processor = { features: undefined, levelTwoCache: undefined };
  expect(classOf({ architecture: 'arm64', model: 'Apple M2 Pro', ...processor })).toBe('arm64-apple-m2-pro');
  expect(classOf({ architecture: 'x64', model: 'Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz', ...processor })).toBe(
    'x64-intel-core-i7-8700-cpu-3-20ghz'
  );
});

test('knows this processor', () => {
  expect(isaClass()).toMatch(new RegExp(`^${process.arch}-[a-z0-9-]+$`));
  expect(isaClass()).toBe(isaClass());
});
