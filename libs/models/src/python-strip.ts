// What Python's str.isspace() calls white space: JavaScript's trim() also takes U+FEFF, and leaves U+001C-1F and U+0085.
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACE}]+`);
const NOT_SPACE = new RegExp(`[^${SPACE}]`);

/** Removes white space from the start of a text, as Python's `str.lstrip()` does. */
export function stripStart(text: string): string {
  return text.replace(LEADING, '');
}

/** Removes white space from the end of a text, as Python's `str.rstrip()` does. */
export function stripEnd(text: string): string {
  // From the back by hand: a pattern anchored at the end is tried at every blank of the text.
  let end = text.length;
  while (end > 0 && !NOT_SPACE.test(text[end - 1] as string)) end--;
  return text.slice(0, end);
}

/** Whether `str.strip()` would leave nothing. */
export function isBlank(text: string): boolean {
  return !NOT_SPACE.test(text);
}
