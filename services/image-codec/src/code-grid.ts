import { invalidArgument } from '@janus-mesh/rpc';

/** The codes of one picture, as they come. */
export class CodeGrid {
  /** Rows and columns. */
  readonly side: number;
  /** i64 [side * side], row after row; those not known yet are 0. */
  readonly ids: BigInt64Array;
  readonly #codebookSize: number;
  #count = 0;

  constructor(side: number, codebookSize: number) {
    this.side = side;
    this.ids = new BigInt64Array(side * side);
    this.#codebookSize = codebookSize;
  }

  /** Rows known from the top. */
  get rowsDone(): number {
    return Math.floor(this.#count / this.side);
  }

  get isComplete(): boolean {
    return this.#count === this.ids.length;
  }

  /**
   * Takes the next codes.
   *
   * @throws {MeshError} INVALID_ARGUMENT: CODE_OUT_OF_RANGE for the first that the codebook does not have, TOO_MANY_CODES
   */
  add(codes: readonly number[]): void {
    const count = this.#count + codes.length;
    if (count > this.ids.length) throw refused('codes.ids', 'TOO_MANY_CODES', `a picture has ${this.ids.length} codes, ${count} came`);
    codes.forEach((code, i) => {
      if (code >= this.#codebookSize) {
        const found = `code ${this.#count + i} of the picture is ${code}; the largest is ${this.#codebookSize - 1}`;
        throw refused(`codes.ids[${i}]`, 'CODE_OUT_OF_RANGE', found);
      }
      this.ids[this.#count + i] = BigInt(code);
    });
    this.#count = count;
  }

  /**
   * Makes sure that no code is missing.
   *
   * @throws {MeshError} INVALID_ARGUMENT, TOO_FEW_CODES
   */
  requireComplete(): void {
    if (this.isComplete) return;
    throw refused('codes.ids', 'TOO_FEW_CODES', `a picture has ${this.ids.length} codes, the request ended after ${this.#count}`);
  }
}

function refused(field: string, reason: string, description: string) {
  return invalidArgument([{ field, description }], reason);
}
