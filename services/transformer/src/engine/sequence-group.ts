import type { ActiveRequest } from './active-request.ts';
import { rowPrompts } from './engine-request.ts';
import type { Head, KvHandle } from './model-runner.ts';
import { Sequence, type SequencePhase } from './sequence.ts';
import { type FinishReason, finishReason } from './stop.ts';
import { Uniform } from './uniform.ts';

/** The rows of one sample: one, or a guidance pair. They are admitted, stepped, drawn for and freed together. */
export class SequenceGroup {
  readonly request: ActiveRequest;
  /** Which sample of its request, from 0. */
  readonly sample: number;
  /** The conditional row, then the unconditional one if there is guidance. */
  readonly rows: readonly Sequence[];
  /** Positions of KV cache it takes, all rows. */
  readonly positions: number;
  readonly uniform: Uniform;
  readonly #newIds: number[] = [];

  constructor(request: ActiveRequest, sample: number) {
    const { spec } = request;
    this.request = request;
    this.sample = sample;
    this.rows = rowPrompts(spec).map((prompt) => new Sequence(prompt, spec.maxNewTokens));
    this.positions = this.rows.reduce((sum, row) => sum + row.positions, 0);
    this.uniform = new Uniform(spec.seed + BigInt(sample));
  }

  get head(): Head {
    return this.request.spec.head;
  }

  /** The row whose prompt is the request's own. */
  get cond(): Sequence {
    return this.rows[0] as Sequence;
  }

  /** The phase of its rows: a pair decodes only when both rows have their whole prompt. */
  get phase(): SequencePhase {
    return this.rows.some((row) => row.phase === 'prefilling') ? 'prefilling' : this.cond.phase;
  }

  /** Tokens taken so far. */
  get newTokens(): number {
    return this.#newIds.length;
  }

  /** These tokens. More may follow. */
  get newIds(): readonly number[] {
    return this.#newIds;
  }

  /** Whether it gets its prompt from an earlier sample of its request, and has not got it yet. */
  get awaitsPrompt(): boolean {
    return this.request.sharesPrompt && this.phase === 'prefilling' && this.request.leader !== this;
  }

  /**
   * Whether a step may bring it now: it has its pictures, its reader has room for what the step gives, and its prompt is not what
   * another sample runs for it.
   */
  get isRunnable(): boolean {
    return this.request.features.isReady && !this.request.output.isFull && !this.awaitsPrompt;
  }

  start(caches: readonly KvHandle[]): void {
    this.rows.forEach((row, i) => {
      row.start(caches[i] as KvHandle);
    });
  }

  /** Takes a token for all rows. Returns why the sample ends with it, if it does. */
  append(id: number): FinishReason | undefined {
    const { head, stopIds, maxNewTokens } = this.request.spec;
    const token = { kind: head === 'text' ? 'id' : 'code', id } as const;
    for (const row of this.rows) row.append(token);
    this.#newIds.push(id);
    return finishReason(id, this.newTokens, { stopIds, maxNewTokens });
  }

  /** Ends all rows: they have no caches any more. */
  finish(): void {
    for (const row of this.rows) row.finish();
  }
}
