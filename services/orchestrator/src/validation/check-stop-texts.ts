import type { RequestLimits } from '../limits.ts';
import type { Violations } from './violations.ts';

/** Checks the stop texts: how many, and that each has a length that can be waited for. */
export function checkStopTexts(
  stop: readonly string[],
  limits: Pick<RequestLimits, 'stopTexts' | 'stopTextCharacters'>,
  violations: Violations
): readonly string[] {
  if (stop.length > limits.stopTexts) {
    violations.add('stop', `has ${stop.length} texts, at most ${limits.stopTexts}`);
    return [];
  }
  for (const [index, text] of stop.entries()) {
    const characters = text.length > limits.stopTextCharacters * 2 ? text.length : [...text].length;
    if (characters < 1 || characters > limits.stopTextCharacters) {
      violations.add(`stop[${index}]`, `has ${characters} characters, must have 1 to ${limits.stopTextCharacters}`);
    }
  }
  return stop;
}
