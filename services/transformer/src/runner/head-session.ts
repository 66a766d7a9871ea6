import type { Call, Runtime, Session, Value } from '@janus-mesh/runtime';
import { RowBuffer } from './row-buffer.ts';

/** A head: hidden states in, logits out. A session of its own, so that only rows that are wanted pay for it. */
export class HeadSession {
  /** Columns of a row of logits. */
  readonly columns: number;
  readonly #session: Session;
  readonly #call: Call;
  readonly #logits: RowBuffer<'f32'>;

  /** @param columns of the session's logits */
  constructor(runtime: Runtime, session: Session, columns: number) {
    this.columns = columns;
    this.#session = session;
    this.#call = session.newCall(['hidden'], ['logits']);
    this.#logits = new RowBuffer(runtime, 'f32', columns, (rows) => [1, rows, columns]);
  }

  /** Runs it. @param hidden f32 [1, rows, hidden] */
  async run(hidden: Value, rows: number): Promise<void> {
    this.#logits.reserve(rows);
    this.#call.setInput(0, hidden);
    this.#call.setOutput(0, this.#logits.value(0, rows));
    await this.#call.run();
  }

  /** Logits of the last run, in place. @returns f32 [count, columns], valid until the next run */
  logits(first: number, count: number): Float32Array {
    return this.#logits.rows(first, count);
  }

  /** Gives the session back. */
  release(): void {
    this.#session.release();
    this.#logits.release();
  }
}
