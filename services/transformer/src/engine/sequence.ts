import type { KvHandle, TokenInput } from './model-runner.ts';
import { type Prompt, promptLength } from './prompt.ts';

/** Where a sequence stands. */
export type SequencePhase = 'waiting' | 'prefilling' | 'decoding' | 'finished';

/** One row of the batch: a prompt, the cache its tokens are in, and the token that comes next. */
export class Sequence {
  readonly prompt: Prompt;
  readonly promptTokens: number;
  /** Positions its cache must hold: all tokens but the last, which is never run. */
  readonly positions: number;
  #phase: SequencePhase = 'waiting';
  #kv: KvHandle | undefined;
  #past = 0;
  #reused = 0;
  readonly #next: TokenInput[] = []; // the one token of the next decode step

  constructor(prompt: Prompt, maxNewTokens: number) {
    this.prompt = prompt;
    this.promptTokens = promptLength(prompt);
    this.positions = this.promptTokens + Math.max(maxNewTokens, 1) - 1;
  }

  get phase(): SequencePhase {
    return this.#phase;
  }

  /** Positions of the cache that are filled. */
  get past(): number {
    return this.#past;
  }

  /** Tokens of its prompt that were not run, since another cache held them. */
  get reused(): number {
    return this.#reused;
  }

  /** The cache of a sequence that runs. */
  get kv(): KvHandle {
    if (!this.#kv) throw new Error(`a sequence that is ${this.#phase} has no cache`);
    return this.#kv;
  }

  /** The token a decode step brings. */
  get next(): readonly TokenInput[] {
    return this.#next;
  }

  start(kv: KvHandle): void {
    this.#kv = kv;
    this.#phase = 'prefilling';
  }

  /** So many tokens were run. */
  advance(tokens: number): void {
    this.#past += tokens;
    if (this.#past >= this.promptTokens) this.#phase = 'decoding';
  }

  /** Its cache has the first tokens of its prompt from another one. */
  reuse(tokens: number): void {
    this.#reused += tokens;
    this.advance(tokens);
  }

  /** A token was taken: the next step brings it. */
  append(token: TokenInput): void {
    this.#next[0] = token;
  }

  /** Its cache belongs to others from now on. */
  finish(): void {
    this.#kv = undefined;
    this.#phase = 'finished';
  }
}
