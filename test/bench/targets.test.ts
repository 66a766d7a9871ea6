import type { ModelConfig } from '@janus-mesh/models';
import { expect, test } from 'vitest';
import { PRODUCT_OPERATIONS, READ_BYTES } from './limit-work.ts';
import { Results } from './results.ts';
import { isMet, targets } from './targets.ts';

const text = { layers: 1, hiddenSize: 100, heads: 1, kvHeads: 1, headDim: 100, intermediateSize: 200 };
const config = { text, codec: { codebookSize: 900 } } as unknown as ModelConfig;
const BODY = 4 * 100 * 100 + 3 * 100 * 200;
const HEAD = 100 * (100 + 900);

function resultsOf(values: Readonly<Record<string, number>>): Results {
  const results = new Results();
  for (const [key, value] of Object.entries(values)) results.addValue(...(key.split('|') as [string, string]), value);
  return results;
}

function find(results: Results, what: RegExp) {
  return targets(results, config).filter((target) => what.test(target.what));
}

test('ratios are taken between medians of one run', () => {
  const results = resultsOf({
    'w8a8|decode-2': 55,
    'w4|decode-2': 40,
    'w4 b128|decode-2': 45,
    'openvino int8|decode-2': 100,
    'openvino int4|decode-2': 50
  });
  expect(find(results, /^decode step, 2 rows/).map(({ what, value }) => [what, value])).toEqual([
    ['decode step, 2 rows: w8a8 against openvino int8', 0.55],
    ['decode step, 2 rows: w4 (better of its blocks) against openvino int4', 0.8],
    ["decode step, 2 rows: our best against OpenVINO's best", 0.8],
    ['decode step, 2 rows: w8a8 against pytorch bf16', undefined]
  ]);
  expect(find(results, /^decode step, 2 rows/).map(isMet)).toEqual([true, false, false, undefined]);
});

test('shares of the possible are against the limits measured in the same rounds', () => {
  // The limits take a second each: so many bytes, so many operations a second.
  const results = resultsOf({
    'read limit|decode-1': 1000,
    'int8 limit|decode-1': 1000,
    'w8a8|decode-1': (2 * 1000 * (BODY + HEAD)) / READ_BYTES,
    'read limit|prefill-256': 1000,
    'int8 limit|prefill-256': 1000,
    'w8a8|prefill-256': (4 * 1000 * 2 * 256 * BODY) / PRODUCT_OPERATIONS
  });
  const shares = find(results, /share of/).map(({ value }) => value ?? Number.NaN);
  expect(shares[0]).toBeCloseTo(25, 6);
  expect(shares[1]).toBeCloseTo(50, 6);
});

test('of several cases of the event loop the worst counts', () => {
  const [target] = find(resultsOf({ 'w8a8|loop-1': 2, 'w8a8|loop-16': 7 }), /no sampling/);
  expect(target?.value).toBe(7);
});

test('of 4-bit weights the faster length of blocks counts', () => {
  const results = resultsOf({ 'w8a8|decode-1': 45, 'w4|decode-1': 40, 'w4 b128|decode-1': 30, 'openvino int4|decode-1': 60 });
  expect(find(results, /^decode step, 1 row: (w4|our best)/).map(({ value }) => value)).toEqual([0.5, 0.5]);
});
