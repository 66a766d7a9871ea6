import type { Violations } from './violations.ts';

/** What an optional number must be. */
export interface NumberRule {
  readonly field: string;
  /** Least value that is allowed. */
  readonly least: number;
  readonly most: number;
  /** `least` itself is not allowed. */
  readonly isLeastExcluded?: boolean;
  /** Taken where the request leaves the field out. */
  readonly fallback: number;
}

/** The value of an optional number, or its default. What is not a number or lies outside is a violation. */
export function checkNumber(value: number | undefined, rule: NumberRule, violations: Violations): number {
  if (value === undefined) return rule.fallback;
  const isTooSmall = rule.isLeastExcluded ? !(value > rule.least) : !(value >= rule.least);
  if (isTooSmall || !(value <= rule.most)) {
    const range = rule.isLeastExcluded ? `greater than ${rule.least} and at most ${rule.most}` : `from ${rule.least} to ${rule.most}`;
    violations.add(rule.field, `is ${value}, must be ${range}`);
    return rule.fallback;
  }
  return value;
}
