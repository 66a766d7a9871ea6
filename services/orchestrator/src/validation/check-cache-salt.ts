import type { Violations } from './violations.ts';

const MOST_CHARACTERS = 128;

/** Checks the salt that keeps a prompt to those who know it. Returns it. */
export function checkCacheSalt(salt: string | undefined, violations: Violations): string | undefined {
  const length = salt?.length ?? 0;
  if (length > MOST_CHARACTERS) violations.add('cache_salt', `has ${length} characters, at most ${MOST_CHARACTERS}`);
  return salt;
}
