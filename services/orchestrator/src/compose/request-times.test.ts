import { expect, test } from 'vitest';
import { RequestTimes } from './request-times.ts';

test('counts from the arrival, in seconds; the first admission and the first token count', () => {
  let now = 1000;
  const times = new RequestTimes(() => now);
  now = 1500;
  times.admitted();
  const waited = times.waitForVision();
  now = 1750;
  waited();
  now = 2000;
  times.token();
  now = 3000;
  times.admitted();
  times.token();
  now = 5000;
  const waitedAgain = times.waitForVision();
  now = 6000;
  waitedAgain();
  expect(times.toTimings()).toEqual({ queueSeconds: 0.5, firstTokenSeconds: 1, totalSeconds: 5, visionSeconds: 1.25 });
});

test('the first admission and the first token are told, the others are not', () => {
  let now = 0;
  const told: unknown[] = [];
  const times = new RequestTimes(() => now);
  times.whenFirst({ admitted: () => told.push('admitted'), token: (seconds) => told.push(seconds) });
  now = 250;
  times.admitted();
  now = 500;
  times.token();
  now = 700;
  times.token();
  times.admitted();
  expect(told).toEqual(['admitted', 0.5]);
  expect(times.seconds).toBe(0.7);
});

test('the mean time of a token is that after the first, of samples that are drawn side by side', () => {
  let now = 0;
  const times = new RequestTimes(() => now);
  expect(times.secondsPerToken(1)).toBeUndefined();
  times.token(2);
  expect(times.secondsPerToken(2)).toBeUndefined();
  now = 300;
  times.token(4);
  now = 900; // what follows the last token is not a token's time
  expect(times.secondsPerToken(2)).toBeCloseTo(0.15);
});
