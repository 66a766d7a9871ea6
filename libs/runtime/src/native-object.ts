import { RuntimeError } from './runtime-error.ts';

/**
 * An object with memory outside JavaScript's heap. It is freed when it was released and nothing else holds it: a session holds its
 * weights, a call its session and the values bound to it, a run its call. So no order of releasing is wrong.
 */
export abstract class NativeObject {
  #holders = 1;
  #released = false;

  /** Frees what lies outside the heap. Runs once. */
  protected abstract free(): void;

  /** What it is, for messages: `session`, `value f32 [1,4]`. */
  protected abstract describe(): string;

  /** Whether `release` was called. */
  get isReleased(): boolean {
    return this.#released;
  }

  /** @throws {RuntimeError} RELEASED */
  assertUsable(): void {
    if (this.#released) throw new RuntimeError('RELEASED', `${this.describe()} was used after it was released`);
  }

  /** Keeps the native side alive until the matching `drop`. For the other objects of this library. */
  hold(): void {
    this.assertUsable();
    this.#holders++;
  }

  /** Undoes one `hold`. */
  drop(): void {
    this.#holders--;
    if (this.#holders === 0) this.free();
  }

  /** Gives it back; it must not be used any more. Calling it again does nothing. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.drop();
  }
}
