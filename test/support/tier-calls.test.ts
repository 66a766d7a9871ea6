import { expect, test } from 'vitest';
import { featureMessages } from './tier-calls.ts';

const features = (fill: number, rows: number, width: number) => ({
  hash: Buffer.alloc(32, fill),
  values: new Float32Array(rows * width).fill(fill),
  rows
});

test('features of a full-size picture go in messages of whole rows and at most a megabyte', () => {
  const messages = [...featureMessages([features(1, 576, 1024)])].map(({ message }) => message.value);
  expect(messages.map(({ firstRow, rows }) => [firstRow, rows.dims])).toEqual([
    [0, [256, 1024]],
    [256, [256, 1024]],
    [512, [64, 1024]]
  ]);
  expect(messages.map(({ rows }) => rows.data.byteLength)).toEqual([2 ** 20, 2 ** 20, 2 ** 18]);
});

test('a picture that stands in a prompt twice is sent once', () => {
  const messages = [...featureMessages([features(1, 4, 8), features(2, 4, 8), features(1, 4, 8)])];
  expect(messages.map(({ message }) => message.value.hash[0])).toEqual([1, 2]);
});
