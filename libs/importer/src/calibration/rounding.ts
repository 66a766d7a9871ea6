import type { LinearForm } from '@janus-mesh/models';
import { quantizeBlocks4, restoreBlocks4, roundRows8 } from '@janus-mesh/tensor';

/**
 * What linears read and are made of, as quantising rounds it. Its memory is used again: what a method gives is valid until it is called
 * again.
 */
export class Rounding {
  readonly #memory = new Map<string, Float32Array>();
  readonly #block: number;

  /** @param block length of a block of 4-bit weights */
  constructor(block: number) {
    this.#block = block;
  }

  /** Those rows of f32 [n, k], one after another. */
  picked(rows: Float32Array, k: number, picked: readonly number[]): Float32Array {
    const some = this.#take('picked', picked.length * k);
    for (const [i, row] of picked.entries()) some.set(rows.subarray(row * k, (row + 1) * k), i * k);
    return some;
  }

  /** Rows of a weight, f32 [n, k]. */
  weight(form: Exclude<LinearForm, 'f32'>, rows: Float32Array, k: number): Float32Array {
    const rounded = this.#take('weight', rows.length);
    if (form === 'w8a8') roundRows8(rows, k, rounded);
    else {
      const out = { packed: new Uint8Array(rows.length / 2), scales: new Float32Array(rows.length / this.#block) };
      quantizeBlocks4(rows, this.#block, out);
      restoreBlocks4(out, this.#block, rounded);
    }
    return rounded;
  }

  /** Activations, f32 [T, k]: 4-bit kernels quantise them by blocks as long as the weights', 8-bit ones by rows. */
  input(form: Exclude<LinearForm, 'f32'>, x: Float32Array, k: number): Float32Array {
    const rounded = this.#take('input', x.length);
    roundRows8(x, form === 'w8a8' ? k : this.#block, rounded);
    return rounded;
  }

  #take(use: string, elements: number): Float32Array {
    let memory = this.#memory.get(use);
    if (memory === undefined || memory.length < elements) {
      memory = new Float32Array(elements);
      this.#memory.set(use, memory);
    }
    return memory.subarray(0, elements);
  }
}
