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
