import type { Native } from './native.ts';
import { NativeObject } from './native-object.ts';
import { create } from './status.ts';

/**
 * Copies of weights in the order the kernels read them, shared by all sessions made with it: graphs over the same weights then keep one
 * copy. It lives as long as the last of these sessions.
 */
export class PrepackedWeights extends NativeObject {
  readonly pointer: bigint;
  readonly #native: Native;

  /** Made by `Runtime.createPrepackedWeights`. */
  constructor(native: Native) {
    super();
    this.#native = native;
    this.pointer = create(native.api, native.api.createPrepackedWeights);
  }

  protected override free(): void {
    this.#native.api.releasePrepackedWeights(this.pointer);
  }

  protected override describe(): string {
    return 'container of prepacked weights';
  }
}
