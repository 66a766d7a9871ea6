/** Groups of channels that the picture tokenizer's norms take together. */
export const GROUPS = 32;

/** What its norms add to a variance. */
export const GROUP_NORM_EPSILON = 1e-6;

/** Makes sure that a norm can group its channels. @throws {RangeError} naming the norm */
export function requireGroups(name: string, channels: number): void {
  if (channels % GROUPS !== 0) throw new RangeError(`${name}: ${channels} channels do not divide into ${GROUPS} groups`);
}
