import { type Prompt, type PromptPart, partLength } from './prompt.ts';

/**
 * How many tokens two prompts begin with in common, however each is cut into parts. Exact: ids and codes are compared one by one,
 * pictures by the hash of their features.
 */
export function sharedPrefix(a: Prompt, b: Prompt): number {
  const [left, right] = [new PartReader(a), new PartReader(b)];
  let shared = 0;
  for (;;) {
    const length = Math.min(left.rest, right.rest);
    if (length === 0) return shared;
    const equal = equalTokens(left, right, length);
    shared += equal;
    if (equal < length) return shared;
    left.skip(length);
    right.skip(length);
  }
}

// Of the next `length` tokens of both, those before the first that differs.
function equalTokens({ part: a, offset: aFrom }: PartReader, { part: b, offset: bFrom }: PartReader, length: number): number {
  if (a?.kind === 'features') {
    const isSame = b?.kind === 'features' && a.hash === b.hash && a.rows === b.rows && aFrom === bFrom;
    return isSame ? length : 0;
  }
  if (!a || !b || b.kind !== a.kind) return 0;
  let equal = 0;
  while (equal < length && a.ids[aFrom + equal] === b.ids[bFrom + equal]) equal++;
  return equal;
}

/** Walks through a prompt's parts. */
class PartReader {
  readonly #prompt: Prompt;
  #index = 0;
  /** Tokens of the part that are behind. */
  offset = 0;

  constructor(prompt: Prompt) {
    this.#prompt = prompt;
    this.skip(0);
  }

  /** The part it stands in; undefined at the end. */
  get part(): PromptPart | undefined {
    return this.#prompt[this.#index];
  }

  /** Tokens of the part that are ahead. */
  get rest(): number {
    return this.part ? partLength(this.part) - this.offset : 0;
  }

  /** @param tokens not more than the rest of the part */
  skip(tokens: number): void {
    this.offset += tokens;
    while (this.part && this.rest === 0) {
      this.#index++;
      this.offset = 0;
    }
  }
}
