import type { KvHandle, ModelRunner } from './model-runner.ts';
import { longestPrefix, type Prefix, PrefixCache, type PrefixCacheCounts, type PrefixHit } from './prefix-cache.ts';
import { reusablePrefix } from './reusable-prefix.ts';
import type { Sequence } from './sequence.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** What the KV caches have to keep to. */
export interface KvLimits {
  /** Bytes of all caches: those of what runs, and those that are kept. */
  readonly kvBytes: number;
  /** Bytes of those that are kept; 0 keeps none. */
  readonly prefixBytes: number;
}

/** Told of a group that has not got what it was to begin with. */
export type OnCopyFailed = (group: SequenceGroup, cause: unknown) => void;

interface PendingCopy {
  readonly group: SequenceGroup;
  readonly from: KvHandle;
  readonly to: KvHandle;
  readonly positions: number;
}

/** Whose caches may hold what no network wrote. */
const BROKEN: ReadonlySet<string> = new Set(['STEP_FAILED', 'LOGITS_NOT_FINITE']);

/**
 * The KV caches of what runs and of what is kept for reuse, within one budget. Sequences begin with the longest beginning of
 * their prompt that is in any of them. What is kept gives way to what wants to run.
 */
export class KvMemory {
  readonly #runner: ModelRunner;
  readonly #budget: number;
  readonly #kept: PrefixCache;
  #copies: PendingCopy[] = []; // that wait for the runner
  readonly #unfilled = new WeakSet<SequenceGroup>(); // that have not got what they were to begin with
  #unused: KvHandle[] = []; // of groups that could not start meanwhile
  #bytes = 0;
  #isBusy = false;
  #hits = 0;
  #misses = 0;
  #reusedTokens = 0;

  constructor(runner: ModelRunner, { kvBytes, prefixBytes }: KvLimits) {
    this.#runner = runner;
    this.#budget = kvBytes;
    this.#kept = new PrefixCache((kv) => this.#free(kv), prefixBytes);
  }

  get counts(): PrefixCacheCounts {
    const { bytes: bytesUsed, budgetBytes: bytesBudget, entries, evictions } = this.#kept;
    const [hits, misses, reusedTokens] = [this.#hits, this.#misses, this.#reusedTokens];
    return { hits, misses, reusedTokens, evictions, bytesUsed, bytesBudget, entries: entries.size };
  }

  /** Caches that are kept. */
  get kept(): readonly KvHandle[] {
    return [...this.#kept.entries].map(({ kv }) => kv);
  }

  /** Bytes of all caches. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether so many bytes can be had now: while the runner works, nothing that is kept can give way. */
  isThere(bytes: number): boolean {
    const taken = this.#isBusy ? this.#bytes : this.#bytes - this.#kept.bytes;
    return taken + bytes <= this.#budget;
  }

  /** Lets the runner work. Caches are neither freed nor copied meanwhile; the copies that are wanted are made right afterwards. */
  async use<T>(work: () => Promise<T>, onCopyFailed: OnCopyFailed): Promise<T> {
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
      this.#copyAll(onCopyFailed);
      for (const kv of this.#unused.splice(0)) this.#free(kv); // after the copies that begin with what was in them
    }
  }

  /** Tokens of a row's prompt that would not have to be run now. */
  reusable(group: SequenceGroup, row: Sequence, running: Iterable<SequenceGroup>): number {
    return this.#find(group, row, running)?.length ?? 0;
  }

  /**
   * Starts a group on caches of its own; room for it must be there.
   *
   * @param running whose prompts it may begin with
   * @throws what the runner throws when it can't allocate or copy; nothing is held then, once the runner is done with what it does
   */
  start(group: SequenceGroup, running: Iterable<SequenceGroup>): readonly KvHandle[] {
    const caches: KvHandle[] = [];
    const hits: (PrefixHit | undefined)[] = [];
    const sharesPrompt = group.request.sharesPrompt && group.request.leader !== undefined;
    let rest = group.rows.reduce((sum, row) => sum + this.#runner.kvBytes(row.positions), 0); // of the rows to come
    try {
      for (const row of group.rows) {
        rest -= this.#runner.kvBytes(row.positions);
        const { kv, hit } = this.#cacheFor(row, rest, sharesPrompt ? undefined : this.#find(group, row, running));
        caches.push(kv);
        hits.push(hit);
        if (hit) this.#copies.push({ group, from: hit.prefix.kv, to: kv, positions: hit.length });
        if (!this.#isBusy) this.#copyAll(rethrow);
      }
    } catch (error) {
      this.#copies = this.#copies.filter((copy) => copy.group !== group);
      if (this.#isBusy) this.#unused.push(...caches);
      else for (const kv of caches) this.#free(kv);
      throw error;
    }
    group.start(caches);
    if (!sharesPrompt) for (const [i, row] of group.rows.entries()) this.#begin(row, hits[i]);
    return caches;
  }

  /** Takes the caches of a group that is over: what others may begin with is kept. The runner must not be working. */
  end(group: SequenceGroup, caches: readonly KvHandle[]): void {
    const isKept = this.#isSound(group) && this.#kept.budgetBytes > 0;
    group.rows.forEach((row, i) => {
      const kv = caches[i] as KvHandle;
      if (isKept) this.#kept.put(this.#compact(reusablePrefix(group, row, kv, this.#runner)));
      else this.#free(kv);
    });
  }

  /** Frees all that is kept. The runner must not be working. */
  clear(): void {
    this.#kept.clear();
  }

  #begin(row: Sequence, hit: PrefixHit | undefined): void {
    if (this.#kept.budgetBytes === 0) return;
    if (!hit) {
      this.#misses++;
      return;
    }
    this.#hits++;
    this.#reusedTokens += hit.length;
    row.reuse(hit.length);
  }

  // The last two tokens are run in any case: the logits after the last one are wanted, and a chunk of one gives other bits.
  #find(group: SequenceGroup, row: Sequence, running: Iterable<SequenceGroup>): PrefixHit | undefined {
    const { output, cacheSalt = '' } = group.request.spec;
    const wantsPrompt = output.kind === 'logits' && output.prompt && row === group.cond;
    if (this.#kept.budgetBytes === 0 || wantsPrompt) return undefined;
    const prefixes = [...this.#prefixesOf(running), ...this.#kept.entries];
    return longestPrefix({ prompt: row.prompt, salt: cacheSalt, limit: row.promptTokens - 2 }, prefixes);
  }

  *#prefixesOf(running: Iterable<SequenceGroup>): Generator<Prefix> {
    for (const group of running) {
      if (this.#isSound(group)) for (const row of group.rows) yield reusablePrefix(group, row, row.kv, this.#runner);
    }
  }

  // A failure tells only what came first: who was cancelled before its copy failed has an empty cache all the same.
  #isSound(group: SequenceGroup): boolean {
    const { failure } = group.request;
    return !this.#unfilled.has(group) && !(failure && BROKEN.has(failure.reason));
  }

  // An entry that is wholly part of the prompt is given away: the new sequence will be found instead of it. It may be longer than the
  // row needs, where the rest still fits beside it. Where there is no room for one beside its copy, there is no hit.
  #cacheFor(row: Sequence, rest: number, hit: PrefixHit | undefined): { kv: KvHandle; hit: PrefixHit | undefined } {
    const entry = hit && this.#kept.entries.has(hit.prefix) ? hit.prefix : undefined;
    if (entry && entry.length === hit?.length && entry.kv.capacity >= row.positions) {
      if (this.#bytes - this.#kept.bytes + entry.kv.bytes + rest <= this.#budget) return { kv: this.#kept.take(entry), hit };
    }
    if (entry) this.#kept.touch(entry);
    const room = this.#budget - this.#bytes - this.#runner.kvBytes(row.positions); // below zero where something has to go
    const most = this.#kept.bytes + room;
    const isThere = this.#kept.trim(most, entry && [entry]);
    if (!isThere) this.#kept.trim(most);
    return { kv: this.#allocate(row.positions), hit: isThere ? hit : undefined };
  }

  // A short beginning in a long cache is moved to a short one, where there is room for both. Where the system has no memory for it,
  // it stays: a request that is over cannot fail.
  #compact(prefix: Prefix): Prefix {
    const { kv, length } = prefix;
    if (length === 0) return prefix;
    const bytes = this.#runner.kvBytes(length);
    if (bytes > kv.bytes / 2 || this.#bytes + bytes > this.#budget) return prefix;
    let smaller: KvHandle | undefined;
    try {
      smaller = this.#allocate(length);
      this.#runner.copy(kv, smaller, length);
    } catch {
      if (smaller) this.#free(smaller);
      return prefix;
    }
    this.#free(kv);
    return { ...prefix, kv: smaller };
  }

  #copyAll(onFailed: OnCopyFailed): void {
    const copies = this.#copies;
    this.#copies = [];
    for (const { group, from, to, positions } of copies) {
      try {
        this.#runner.copy(from, to, positions);
      } catch (cause) {
        this.#unfilled.add(group);
        onFailed(group, cause);
      }
    }
  }

  #allocate(positions: number): KvHandle {
    const kv = this.#runner.allocate(positions);
    this.#bytes += kv.bytes;
    return kv;
  }

  #free(kv: KvHandle): void {
    this.#runner.free(kv);
    this.#bytes -= kv.bytes;
  }
}

function rethrow(_group: SequenceGroup, cause: unknown): never {
  throw cause;
}
