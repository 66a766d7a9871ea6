/** Which head reads a hidden state: the language head or the generation head. */
export type Head = 'text' | 'codes';

/** One token of a step, before embedding. */
export type TokenInput =
  | { readonly kind: 'id'; readonly id: number } // row of the text embedding table
  | { readonly kind: 'code'; readonly id: number } // row of the generation embedding (gen_embed, gen_aligner)
  | { readonly kind: 'feature'; readonly features: AlignedFeatures; readonly row: number };

/** A picture's features after the aligner; opaque to the engine. */
export interface AlignedFeatures {
  readonly rows: number;
  /** Memory it takes. */
  readonly bytes: number;
}

/** A sequence's KV cache; opaque to the engine. */
export interface KvHandle {
  /** Positions it can hold. */
  readonly capacity: number;
  /** Bytes it takes from the budget. */
  readonly bytes: number;
}

/** What one sequence brings to a step. */
export interface StepSlice {
  readonly kv: KvHandle;
  /** Positions of `kv` that are filled already. */
  readonly past: number;
  /** New tokens, at positions past, past + 1, ... At least one. */
  readonly tokens: readonly TokenInput[];
  /** Which logits are wanted: 'last' of the new tokens, of 'all', or 'none' (a chunk inside a prompt). */
  readonly logits: 'none' | 'last' | 'all';
  readonly head: Head;
}

/** The logits of one slice. */
export interface SliceLogits {
  /** f32 [rows, vocabulary or codebook]; valid until the next run. Undefined where none were wanted. */
  readonly rows: Float32Array | undefined;
}

/**
 * Runs steps of the network. The engine calls `run` once at a time, and neither frees nor copies anything while a step runs.
 */
export interface ModelRunner {
  /** Sequences a step can hold at most. */
  readonly slots: number;
  /**
   * Whether tokens that were run one by one leave the bits in a cache that they leave as chunks of a prompt. Chunks of two tokens
   * or more leave the same bits in any case, however a prompt is cut.
   */
  readonly replaysExactly: boolean;
  /** Columns of a row of logits. */
  vocabulary(head: Head): number;
  /** Bytes of a cache of so many positions, rounded up as `allocate` does: admission arithmetic. */
  kvBytes(positions: number): number;
  /** A cache for at least so many positions. Its contents are undefined. */
  allocate(positions: number): KvHandle;
  /** Gives a cache back. The handle must not be used any more. */
  free(kv: KvHandle): void;
  /**
   * Makes the first positions of a cache those of another, bit for bit. What `to` holds beyond them is undefined.
   *
   * @param from may be `to`, where the positions beyond are given up
   * @param positions filled in `from`, and not more than `to` can hold
   */
  copy(from: KvHandle, to: KvHandle, positions: number): void;
  /** Runs the aligner. @param features f32 [rows, vision hidden size] */
  align(features: Float32Array, rows: number): Promise<AlignedFeatures>;
  /** Runs one step: appends each slice's tokens to its cache and returns the wanted logits, one entry a slice, in order. */
  run(slices: readonly StepSlice[]): Promise<readonly SliceLogits[]>;
  /** Makes the step under way fail soon, if there is one: nobody wants it. Caches keep the positions that were filled before it. */
  cancel(): void;
}
