import { BLOCK, blockKeys, sharedBlocks } from './block-keys.ts';
import type { KvHandle } from './model-runner.ts';
import type { Prompt } from './prompt.ts';
import { sharedPrefix } from './shared-prefix.ts';

/** Looking for a prompt takes a look at each. */
const MOST_ENTRIES = 256;

/** A cache and what its first positions hold. */
export interface Prefix {
  /** At least as long as `length`. */
  readonly prompt: Prompt;
  /** Positions that are valid for reuse. */
  readonly length: number;
  /** Of the blocks of these. */
  readonly keys: readonly number[];
  readonly kv: KvHandle;
  /** Only requests with the same salt see it. */
  readonly salt: string;
}

/** What is looked for. */
export interface WantedPrefix extends Pick<Prefix, 'prompt' | 'salt'> {
  /** Tokens that are of use. */
  readonly limit: number;
}

/** The longest beginning of a prompt that is there. */
export interface PrefixHit {
  readonly prefix: Prefix;
  /** Tokens in common. */
  readonly length: number;
}

/** What a prefix cache counts. */
export interface PrefixCacheCounts {
  /** Rows that began with what was there, since the start. */
  readonly hits: number;
  /** Rows that did not. */
  readonly misses: number;
  /** Tokens that were not run because of that. */
  readonly reusedTokens: number;
  /** Entries that gave way to others, or to what runs. */
  readonly evictions: number;
  readonly bytesUsed: number;
  readonly bytesBudget: number;
  readonly entries: number;
}

/** KV caches of sequences that are over, by content, within a bound: those not asked for the longest go first. */
export class PrefixCache {
  readonly #free: (kv: KvHandle) => void;
  readonly #budget: number;
  readonly #entries = new Set<Prefix>(); // least recently used first
  #bytes = 0;
  #evictions = 0;

  /**
   * @param free takes a cache that is dropped
   * @param budgetBytes what it may hold; 0 keeps nothing
   */
  constructor(free: (kv: KvHandle) => void, budgetBytes: number) {
    this.#free = free;
    this.#budget = budgetBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get budgetBytes(): number {
    return this.#budget;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** Least recently used first. */
  get entries(): ReadonlySet<Prefix> {
    return this.#entries;
  }

  /** Makes an entry the most recently used one. Others are left alone. */
  touch(prefix: Prefix): void {
    if (this.#entries.delete(prefix)) this.#entries.add(prefix);
  }

  /** Gives an entry's cache away. */
  take(prefix: Prefix): KvHandle {
    this.#remove(prefix);
    return prefix.kv;
  }

  /** Takes a cache in; it, or what it makes needless or does not fit beside it, is freed. No step may run. */
  put(prefix: Prefix): void {
    const known = this.#covering(prefix);
    if (known || prefix.length < BLOCK || prefix.kv.bytes > this.#budget) {
      if (known) this.touch(known);
      this.#free(prefix.kv);
      return;
    }
    for (const entry of [...this.#entries]) if (covers(prefix, entry)) this.#drop(entry);
    this.#entries.add(prefix);
    this.#bytes += prefix.kv.bytes;
    this.trim(this.#budget);
  }

  /**
   * Frees entries until so many bytes are left at most. No step may run.
   *
   * @param kept stay
   * @returns whether they are
   */
  trim(bytes: number, kept: readonly Prefix[] = []): boolean {
    for (const entry of [...this.#entries]) {
      if (this.#bytes <= bytes && this.#entries.size <= MOST_ENTRIES) break;
      if (kept.includes(entry)) continue;
      this.#drop(entry);
      this.#evictions++;
    }
    return this.#bytes <= bytes;
  }

  /** Frees everything. */
  clear(): void {
    for (const entry of [...this.#entries]) this.#drop(entry);
  }

  #covering(prefix: Prefix): Prefix | undefined {
    for (const entry of this.#entries) if (covers(entry, prefix)) return entry;
    return undefined;
  }

  #drop(entry: Prefix): void {
    this.#remove(entry);
    this.#free(entry.kv);
  }

  #remove(entry: Prefix): void {
    if (!this.#entries.delete(entry)) throw new Error('this cache does not hold that prefix');
    this.#bytes -= entry.kv.bytes;
  }
}

/**
 * The longest beginning of a prompt, up to `limit` tokens, among some prefixes: longest by whole blocks, the latest of those that
 * are as long. Found by keys, then compared token by token.
 */
export function longestPrefix({ prompt, salt, limit }: WantedPrefix, among: Iterable<Prefix>): PrefixHit | undefined {
  const keys = blockKeys(prompt, limit);
  let best: Prefix | undefined;
  let most = 1;
  for (const prefix of among) {
    const blocks = prefix.salt === salt ? sharedBlocks(prefix.keys, keys) : 0;
    if (blocks < most) continue;
    best = prefix;
    most = blocks;
  }
  if (!best) return undefined;
  const length = Math.min(sharedPrefix(best.prompt, prompt), best.length, limit);
  return length >= BLOCK ? { prefix: best, length } : undefined;
}

function covers(longer: Prefix, { prompt, length, keys, salt }: Prefix): boolean {
  const mayBe = longer.salt === salt && longer.length >= length && sharedBlocks(longer.keys, keys) === keys.length;
  return mayBe && sharedPrefix(longer.prompt, prompt) >= length;
}
