import { characterOfByte } from './byte-alphabet.ts';
import { PairQueue } from './pair-queue.ts';
import { TokenizerError } from './tokenizer-error.ts';
import type { BpeModel } from './tokenizer-file.ts';

const NONE = -1;

/**
 * Byte-pair encoding: a word's bytes become tokens, then neighbours are merged, always the pair of the lowest rank,
 * the leftmost of equals. n bytes take O(n log n), whatever they are.
 *
 * It stands in for the model of @huggingface/tokenizers, which takes seconds for a word of a megabyte.
 */
export class BytePairEncoder {
  /** Token of each byte; NONE where the vocabulary lacks it, which is so only for bytes that UTF-8 never has. */
  readonly #byteTokens: Int32Array;
  /** Rank of a pair by left * vocabulary + right. */
  readonly #ranks: Map<number, number>;
  /** What a merge of that rank makes. */
  readonly #merged: Int32Array;
  readonly #idCount: number;
  readonly #queue = new PairQueue();
  readonly #utf8 = new TextEncoder();
  #bytes = new Uint8Array(0);
  // The word as a list linked both ways; an id of NONE is a node that was merged away.
  #ids = new Int32Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);

  /** @throws {TokenizerError} if a merge names a token that the vocabulary lacks */
  constructor({ vocab, merges }: BpeModel) {
    const idOf = (token: string, index: number): number => {
      const id = Object.hasOwn(vocab, token) ? vocab[token] : undefined;
      if (id === undefined) throw new TokenizerError(`model.merges[${index}]`, `the vocabulary lacks ${JSON.stringify(token)}`);
      return id;
    };
    this.#byteTokens = Int32Array.from({ length: 256 }, (_, byte) => vocab[characterOfByte(byte)] ?? NONE);
    this.#idCount = Object.values(vocab).reduce((most, id) => Math.max(most, id), 0) + 1;
    this.#ranks = new Map();
    this.#merged = new Int32Array(merges.length);
    for (const [rank, [left, right]] of merges.entries()) {
      this.#ranks.set(idOf(left, rank) * this.#idCount + idOf(right, rank), rank);
      this.#merged[rank] = idOf(left + right, rank);
    }
  }

  /** Appends a word's ids to `out`. */
  encode(word: string, out: number[]): void {
    const length = this.#load(word);
    for (let at = 0; at + 1 < length; at++) this.#offer(at);
    for (let pair = this.#queue.pop(); pair; pair = this.#queue.pop()) {
      if (this.#rankAt(pair.position) === pair.rank) this.#merge(pair.position, pair.rank);
    }
    for (let at = 0; at < length && at !== NONE; at = this.#next[at] as number) out.push(this.#ids[at] as number);
  }

  /** Fills the list with the word's bytes; returns their number. */
  #load(word: string): number {
    // A UTF-16 unit takes at most three bytes.
    if (this.#bytes.length < word.length * 3) this.#grow(Math.max(word.length * 3, this.#bytes.length * 2, 256));
    const { written } = this.#utf8.encodeInto(word, this.#bytes);
    let length = 0;
    for (let i = 0; i < written; i++) {
      const id = this.#byteTokens[this.#bytes[i] as number] as number;
      if (id === NONE) continue;
      this.#ids[length] = id;
      this.#next[length] = length + 1;
      this.#previous[length] = length - 1;
      length++;
    }
    if (length > 0) this.#next[length - 1] = NONE;
    return length;
  }

  #grow(size: number): void {
    this.#bytes = new Uint8Array(size);
    this.#ids = new Int32Array(size);
    this.#next = new Int32Array(size);
    this.#previous = new Int32Array(size);
  }

  #rankAt(at: number): number | undefined {
    const next = this.#next[at] as number;
    if (next === NONE || this.#ids[at] === NONE) return undefined;
    return this.#ranks.get((this.#ids[at] as number) * this.#idCount + (this.#ids[next] as number));
  }

  #offer(at: number): void {
    const rank = this.#rankAt(at);
    if (rank !== undefined) this.#queue.push(rank, at);
  }

  #merge(at: number, rank: number): void {
    const gone = this.#next[at] as number;
    const next = this.#next[gone] as number;
    this.#ids[at] = this.#merged[rank] as number;
    this.#ids[gone] = NONE;
    this.#next[at] = next;
    if (next !== NONE) this.#previous[next] = at;
    const previous = this.#previous[at] as number;
    if (previous !== NONE) this.#offer(previous);
    this.#offer(at);
  }
}
