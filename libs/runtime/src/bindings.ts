import { type NameArray, nameArray } from './name-array.ts';
import { RuntimeError } from './runtime-error.ts';
import type { Value } from './value.ts';

/** The native arrays of one side of a call: names and OrtValue pointers, written in place. */
export class Bindings {
  readonly names: NameArray;
  readonly pointers: BigUint64Array;
  readonly #kind: string;
  readonly #labels: readonly string[];
  readonly #indices: ReadonlyMap<string, number>;
  readonly #values: (Value | undefined)[];
  #unset: number;

  constructor(kind: string, labels: readonly string[]) {
    this.names = nameArray(labels);
    this.pointers = new BigUint64Array(labels.length);
    this.#kind = kind;
    this.#labels = [...labels];
    this.#indices = new Map(labels.map((label, i) => [label, i]));
    this.#values = labels.map(() => undefined);
    this.#unset = labels.length;
  }

  /** Binds a value and lets go of the one before. @throws {RuntimeError} ARGUMENT if there is no such name or index, RELEASED */
  set(which: number | string, value: Value): void {
    const index = typeof which === 'number' ? which : (this.#indices.get(which) ?? -1);
    if (this.#labels[index] === undefined) {
      throw new RuntimeError('ARGUMENT', `the call has no ${this.#kind} ${JSON.stringify(which)} among its ${this.#labels.length}`);
    }
    value.hold();
    const before = this.#values[index];
    this.#values[index] = value;
    this.pointers[index] = value.pointer;
    if (before) before.drop();
    else this.#unset--;
  }

  /** @throws {RuntimeError} ARGUMENT naming the first one without a value */
  assertComplete(): void {
    if (this.#unset === 0) return;
    const missing = this.#labels[this.#values.indexOf(undefined)];
    throw new RuntimeError('ARGUMENT', `${this.#kind} "${missing}" has no value`);
  }

  /** Lets go of all values. */
  clear(): void {
    for (const value of this.#values) value?.drop();
    this.#values.fill(undefined);
    this.#unset = this.#labels.length;
  }
}
