import type { Prompt, PromptPart } from './prompt.ts';

/** Tokens a key stands for, beside those of the keys before it. */
export const BLOCK = 16;

/**
 * A number for each whole block of a prompt's first tokens, which depends on everything up to its end. Prompts that begin alike
 * have the same ones; others as good as never: enough to find a prompt by, not to trust it.
 *
 * @param length tokens of interest
 * @returns u32 each
 */
export function blockKeys(prompt: Prompt, length: number): number[] {
  const keys: number[] = [];
  let state = 1;
  let tokens = 0;
  for (const part of prompt) {
    const numbers = tokenNumbers(part);
    for (let i = 0; i < numbers.count && tokens < length; i++) {
      state = mix(state, numbers.at(i));
      if (++tokens % BLOCK === 0) keys.push(state);
    }
  }
  return keys;
}

/** Blocks that two prompts begin with in common, by their keys. */
export function sharedBlocks(a: readonly number[], b: readonly number[]): number {
  let shared = 0;
  let bound = Math.min(a.length, b.length);
  // Where one key is equal, all before it are.
  while (shared < bound) {
    const middle = (shared + bound + 1) >> 1;
    if (a[middle - 1] === b[middle - 1]) shared = middle;
    else bound = middle - 1;
  }
  return shared;
}

function tokenNumbers(part: PromptPart): { readonly count: number; at(i: number): number } {
  if (part.kind === 'features') {
    const picture = textNumber(part.hash);
    return { count: part.rows, at: (row) => picture + row };
  }
  const { ids } = part;
  const isCode = part.kind === 'codes' ? 1 : 0;
  return { count: ids.length, at: (i) => 2 * (ids[i] as number) + isCode };
}

function textNumber(text: string): number {
  let state = 2;
  for (let i = 0; i < text.length; i++) state = mix(state, text.charCodeAt(i));
  return state;
}

// The finaliser of MurmurHash3 over both.
function mix(state: number, value: number): number {
  let hash = Math.imul(state ^ (value + 0x9e3779b9), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
