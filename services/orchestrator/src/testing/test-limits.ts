import type { RequestLimits } from '../limits.ts';

/** Limits with their default values, small where a test has to pass them. */
export const testLimits: RequestLimits = {
  pictureBytes: 1000,
  picturePixels: 50_000_000,
  pictures: 16,
  samples: 16,
  stopTexts: 4,
  stopTextCharacters: 256,
  promptCharacters: 10_000,
  messages: 64,
  parts: 128
};
