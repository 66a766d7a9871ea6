import type { AlignedFeatures, Head, KvHandle, ModelRunner, SliceLogits, StepSlice, TokenInput } from '../model-runner.ts';

/** How a fake runner behaves. */
export interface FakeRunnerOptions {
  readonly slots?: number;
  readonly vocabulary?: Readonly<Record<Head, number>>;
  /** Whether a token leaves the same in a cache alone as in a chunk. */
  readonly replaysExactly?: boolean;
  /** Positions a cache is rounded up to; each takes one byte. */
  readonly rounding?: number;
}

interface FakeKv extends KvHandle {
  readonly name: number;
  states: number[]; // after each position; stands for everything before it
  isFree: boolean;
}

interface FakeFeatures extends AlignedFeatures {
  readonly state: number;
}

/**
 * A runner without a network. Its logits are a hash of all tokens of the sequence and, as with a real one, of whether each came
 * alone or in a chunk: a step on the wrong cache, a lost token or a chunk of one gives other tokens. It records what it is asked, and can be scripted
 * to fail, to give bad logits, or to let something happen while a step runs.
 */
export class FakeRunner implements ModelRunner {
  readonly slots: number;
  readonly replaysExactly: boolean;
  readonly #vocabulary: Readonly<Record<Head, number>>;
  readonly #rounding: number;
  readonly #scripts = new Map<number, (() => void)[]>();
  #caches = 0;
  #live = 0;
  #isBusy = false;
  #isCancelled = false;
  /** Each step as text: its slices as `cache past+tokens`, with `last` or `all` where logits are wanted. */
  readonly steps: string[] = [];
  /** Pictures that went through the aligner. */
  aligned = 0;
  /** Steps that were cancelled while they ran. */
  cancels = 0;
  /** Each copy as text: `from > to positions`. */
  readonly copies: string[] = [];
  /** Makes `allocate` throw. */
  isOutOfMemory = false;
  /** Makes `copy` throw. */
  isUnableToCopy = false;

  constructor({ slots = 4, vocabulary = { text: 60, codes: 40 }, rounding = 1, replaysExactly = false }: FakeRunnerOptions = {}) {
    this.slots = slots;
    this.replaysExactly = replaysExactly;
    this.#vocabulary = vocabulary;
    this.#rounding = rounding;
  }

  /** Caches that were allocated and not freed. */
  get liveCaches(): number {
    return this.#live;
  }

  /** Calls back while step `index` runs; the step fails if that throws. */
  during(index: number, script: () => void): void {
    this.#scripts.set(index, [...(this.#scripts.get(index) ?? []), script]);
  }

  vocabulary(head: Head): number {
    return this.#vocabulary[head];
  }

  kvBytes(positions: number): number {
    return Math.ceil(positions / this.#rounding) * this.#rounding;
  }

  allocate(positions: number): KvHandle {
    if (this.isOutOfMemory) throw new Error('out of memory');
    if (positions < 1) throw new RangeError(`a cache of ${positions} positions`);
    const bytes = this.kvBytes(positions);
    this.#live++;
    const kv: FakeKv = { name: this.#caches++, capacity: bytes, bytes, states: [], isFree: false };
    return kv;
  }

  free(handle: KvHandle): void {
    const kv = handle as FakeKv;
    if (kv.isFree) throw new Error(`cache ${kv.name} is freed twice`);
    if (this.#isBusy) throw new Error(`cache ${kv.name} is freed while a step runs`);
    kv.isFree = true;
    this.#live--;
  }

  copy(fromHandle: KvHandle, toHandle: KvHandle, positions: number): void {
    const [from, to] = [fromHandle as FakeKv, toHandle as FakeKv];
    if (this.isUnableToCopy) throw new Error('unable to copy');
    if (this.#isBusy) throw new Error('a cache is copied while a step runs');
    for (const kv of [from, to]) if (kv.isFree) throw new Error(`cache ${kv.name} is copied after it was freed`);
    if (positions > from.states.length) throw new Error(`cache ${from.name} holds ${from.states.length} positions, not ${positions}`);
    if (positions > to.capacity) throw new Error(`cache ${to.name} is for ${to.capacity} positions`);
    this.copies.push(`${from.name} > ${to.name} ${positions}`);
    to.states = from.states.slice(0, positions);
  }

  async align(features: Float32Array, rows: number): Promise<AlignedFeatures> {
    return this.#alone(() => {
      this.#runScript(`align ${rows}`);
      this.aligned++;
      const result: FakeFeatures = {
        rows,
        bytes: features.byteLength,
        state: features.reduce((state, value) => mix(state, value * 1024), 17)
      };
      return result;
    });
  }

  async run(slices: readonly StepSlice[]): Promise<readonly SliceLogits[]> {
    return this.#alone(() => {
      if (slices.length > this.slots) throw new Error(`${slices.length} slices for ${this.slots} slots`);
      this.#runScript(slices.map(describe).join(' | '));
      if (this.#isCancelled) throw new Error('the run was cancelled');
      return slices.map((slice) => this.#append(slice));
    });
  }

  cancel(): void {
    this.#isCancelled = this.#isBusy;
    if (this.#isBusy) this.cancels++;
  }

  // Like the real runner: the event loop goes on meanwhile, and a second call is a mistake.
  async #alone<T>(work: () => T): Promise<T> {
    if (this.#isBusy) throw new Error('the runner is busy');
    this.#isBusy = true;
    this.#isCancelled = false;
    await new Promise((resolve) => setImmediate(resolve));
    try {
      return work();
    } finally {
      this.#isBusy = false;
    }
  }

  #runScript(step: string): void {
    const scripts = this.#scripts.get(this.steps.length) ?? [];
    this.steps.push(step);
    for (const script of scripts) script();
  }

  #append({ kv: handle, past, tokens, logits, head }: StepSlice): SliceLogits {
    const kv = handle as FakeKv;
    if (kv.isFree) throw new Error(`cache ${kv.name} is used after it was freed`);
    if (past !== kv.states.length) throw new Error(`cache ${kv.name} holds ${kv.states.length} positions, the step says ${past}`);
    if (past + tokens.length > kv.capacity) throw new Error(`cache ${kv.name} is for ${kv.capacity} positions`);
    const form = tokens.length === 1 && !this.replaysExactly ? 1 : 2;
    let state = kv.states.at(-1) ?? 1;
    const states = tokens.map((token) => {
      state = mix(mix(state, form), tokenNumber(token));
      return state;
    });
    kv.states.push(...states);
    if (logits === 'none') return { rows: undefined };
    return { rows: this.#logits(logits === 'all' ? states : states.slice(-1), head) };
  }

  #logits(states: readonly number[], head: Head): Float32Array {
    const vocabulary = this.#vocabulary[head];
    const rows = new Float32Array(states.length * vocabulary);
    states.forEach((state, row) => {
      for (let id = 0; id < vocabulary; id++) rows[row * vocabulary + id] = (mix(state, id) / 2 ** 32) * 8 - 4;
    });
    return rows;
  }
}

function describe({ kv, past, tokens, logits }: StepSlice): string {
  return `${(kv as FakeKv).name} ${past}+${tokens.length}${logits === 'none' ? '' : ` ${logits}`}`;
}

function tokenNumber(token: TokenInput): number {
  if (token.kind === 'feature') return mix((token.features as FakeFeatures).state, token.row);
  return token.kind === 'id' ? token.id : token.id + 1_000_000;
}

/** A u32 that depends on every bit of both. */
function mix(state: number, value: number): number {
  let hash = Math.imul(state ^ (value + 0x9e3779b9), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
