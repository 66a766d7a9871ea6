import type { TokenBytes } from './token-bytes.ts';

/** How ids become text. */
export interface DecodeOptions {
  /** Writes special tokens out. Default: false, they give nothing. */
  readonly special?: boolean;
}

/**
 * Turns ids into text as they come. A character is given once its last byte is there, never in parts; bytes that are no
 * UTF-8 become U+FFFD. All that push and flush return, joined, is what the ids decode to at once.
 */
export class Detokenizer {
  readonly #tokens: TokenBytes;
  readonly #special: boolean;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(tokens: TokenBytes, { special = false }: DecodeOptions = {}) {
    this.#tokens = tokens;
    this.#special = special;
  }

  /** Takes the next id; returns the text that is complete with it, perhaps none. Ids of no token give none. */
  push(id: number): string {
    if (!this.#special && this.#tokens.isSpecial(id)) return '';
    return this.#utf8.decode(this.#tokens.of(id), { stream: true });
  }

  /** Returns U+FFFD for a character that was left incomplete, else nothing; afterwards a new text begins. */
  flush(): string {
    return this.#utf8.decode();
  }
}
