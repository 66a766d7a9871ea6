import { expect, test } from 'vitest';
import { Batches } from './batches.ts';
import { HeldEncoder } from './testing/held-encoder.ts';

const never = new AbortController().signal;

/** Batches of at most three, over an encoder that adds 100 to a picture's only number. */
function held() {
  const encoder = new HeldEncoder(async (pictures) => pictures.map((pixels) => Float32Array.of((pixels[0] as number) + 100)));
  const batches = new Batches(encoder, 3);
  const begun: number[] = [];
  const encode = async (value: number, signal = never) => {
    const [feature] = await batches.encode(Float32Array.of(value), { signal, onBegin: () => begun.push(value) });
    return feature;
  };
  return { encoder, batches, begun, encode };
}

/** Lets everything that is under way come to rest. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a picture runs at once; those that wait when a run ends go together, as many as may, in the order they came', async () => {
  const { encoder, batches, begun, encode } = held();
  const features = [encode(0)];
  expect(encoder.batches).toEqual([1]); // it did not wait for others
  for (let value = 1; value <= 5; value++) features.push(encode(value));
  await settle();
  expect(begun).toEqual([0]);
  encoder.release();
  await settle();
  expect(begun).toEqual([0, 1, 2, 3]);
  encoder.open();
  expect(await Promise.all(features)).toEqual([100, 101, 102, 103, 104, 105]);
  expect(encoder.batches).toEqual([1, 3, 2]);
  expect([batches.runs, batches.pictures]).toEqual([3n, 6n]);
});

test('a picture that comes when all is done runs at once again', async () => {
  const { encoder, encode } = held();
  encoder.open();
  expect([await encode(1), await encode(2)]).toEqual([101, 102]);
  expect(encoder.batches).toEqual([1, 1]);
});

test('a waiting picture that is given up leaves at once, and never runs', async () => {
  const { encoder, encode } = held();
  const first = encode(0);
  const controller = new AbortController();
  const [gone, next] = [encode(1, controller.signal), encode(2)];
  controller.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  encoder.open();
  expect(await Promise.all([first, next])).toEqual([100, 102]);
  expect(encoder.batches).toEqual([1, 1]);
});

test('a picture that is given up while it runs leaves at once; the others of its run get their features', async () => {
  const { encoder, encode } = held();
  const first = encode(0);
  const controllers = [1, 2, 3].map(() => new AbortController());
  const batch = controllers.map(({ signal }, i) => encode(i + 1, signal));
  encoder.release();
  await settle();
  controllers[1]?.abort(new Error('gone'));
  await expect(batch[1]).rejects.toThrow('gone');
  expect(encoder.signals[1]?.aborted).toBe(false);
  encoder.open();
  expect(await Promise.all([first, batch[0], batch[2]])).toEqual([100, 101, 103]);
});

test('a run that nobody wants any more is stopped, and the next begins', async () => {
  const { encoder, encode } = held();
  const controllers = [0, 1].map(() => new AbortController());
  const alone = encode(0, controllers[0]?.signal);
  const next = encode(1);
  controllers[0]?.abort(new Error('gone'));
  await expect(alone).rejects.toThrow('gone');
  expect(encoder.signals[0]?.aborted).toBe(true);
  await settle();
  expect(encoder.batches).toEqual([1, 1]);
  encoder.open();
  expect(await next).toBe(101);
});

test('a run that fails is told to its pictures, and the next goes on', async () => {
  let runs = 0;
  const encoder = new HeldEncoder(async (pictures) => {
    if (++runs === 2) throw new Error('out of memory');
    return pictures.map((pixels) => pixels);
  });
  const batches = new Batches(encoder, 2);
  const options = { signal: never, onBegin: () => {} };
  const results = Promise.allSettled([0, 1, 2, 3].map((value) => batches.encode(Float32Array.of(value), options)));
  encoder.open();
  expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
});

test('a picture that comes given up never runs', async () => {
  const { encoder, encode } = held();
  await expect(encode(0, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  expect(encoder.batches).toEqual([]);
});
