/** One line of the report. */
export interface Row {
  readonly stage: string;
  /** RPC or library function that was asked. */
  readonly via: string;
  readonly cases: number;
  /** Largest error over all cases; for exact stages the number of cases that differ. */
  readonly worst: number;
  readonly allowed: number;
  /** First thing that was wrong. */
  readonly detail?: string | undefined;
}

/** The row of stages that an error ended. */
export function failedRow(stage: string, error: unknown): Row {
  const detail = error instanceof Error ? error.message : String(error);
  return { stage, via: 'ended in an error', cases: 1, worst: Number.POSITIVE_INFINITY, allowed: 0, detail };
}

/** Gathers the errors of a stage. */
export class Stage {
  readonly #stage: string;
  readonly #via: string;
  readonly #allowed: number;
  #cases = 0;
  #worst = 0;
  #detail: string | undefined;

  constructor(stage: string, via: string, allowed: number) {
    this.#stage = stage;
    this.#via = via;
    this.#allowed = allowed;
  }

  /** Compares numbers: the largest absolute difference counts. */
  close(name: string, got: ArrayLike<number>, want: ArrayLike<number>): void {
    this.#cases++;
    if (got.length !== want.length) {
      this.#note(Number.POSITIVE_INFINITY, `${name}: ${got.length} values, expected ${want.length}`);
      return;
    }
    let worst = 0;
    for (let i = 0; i < want.length; i++) {
      const difference = Math.abs((got[i] as number) - (want[i] as number));
      if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
    this.#note(worst, `${name}: off by ${worst}`);
  }

  /** Compares values that must be equal; each difference counts as 1. */
  equal(name: string, got: unknown, want: unknown): void {
    this.#cases++;
    const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
    if (a !== b) this.#note(this.#worst + 1, `${name}: got ${clip(a)}, expected ${clip(b)}`);
  }

  /** Counts a case with an error measured elsewhere. */
  error(name: string, worst: number, what: string): void {
    this.#cases++;
    this.#note(worst, `${name}: ${what}`);
  }

  row(): Row {
    return {
      stage: this.#stage,
      via: this.#via,
      cases: this.#cases,
      worst: this.#worst,
      allowed: this.#allowed,
      detail: this.#worst > this.#allowed ? this.#detail : undefined
    };
  }

  #note(worst: number, detail: string): void {
    if (worst > this.#allowed && this.#detail === undefined) this.#detail = detail;
    this.#worst = Math.max(this.#worst, worst);
  }
}

function clip(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
