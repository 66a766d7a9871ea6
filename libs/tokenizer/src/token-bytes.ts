import { bytesOfToken } from './byte-alphabet.ts';
import type { TokenizerFile } from './tokenizer-file.ts';

/** The bytes each token stands for, by id; ids that no token has stand for none. */
export class TokenBytes {
  /** One more than the highest id. */
  readonly idCount: number;
  /** Bytes of the longest token. */
  readonly longest: number;
  readonly #special: Uint8Array;
  // All tokens in one array: a hundred thousand small ones would take many times the memory.
  readonly #bytes: Uint8Array;
  readonly #ends: Uint32Array;

  constructor({ model, addedTokens }: Pick<TokenizerFile, 'model' | 'addedTokens'>) {
    const texts: (string | undefined)[] = [];
    for (const [token, id] of Object.entries(model.vocab)) texts[id] = token;
    for (const { id, content } of addedTokens) texts[id] = content;
    this.idCount = texts.length;
    this.#special = new Uint8Array(texts.length);
    for (const { id, special } of addedTokens) if (special) this.#special[id] = 1;
    const parts = Array.from(texts, (text) => bytesOfToken(text ?? ''));
    this.longest = parts.reduce((most, { length }) => Math.max(most, length), 1);
    this.#ends = new Uint32Array(texts.length);
    this.#bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let end = 0;
    for (const [id, part] of parts.entries()) {
      this.#bytes.set(part, end);
      end += part.length;
      this.#ends[id] = end;
    }
  }

  /** The bytes of a token; a view. */
  of(id: number): Uint8Array {
    return this.#bytes.subarray(id === 0 ? 0 : this.#ends[id - 1], this.#ends[id] ?? 0);
  }

  /** Whether a token stands for no text of an answer. */
  isSpecial(id: number): boolean {
    return this.#special[id] === 1;
  }
}
