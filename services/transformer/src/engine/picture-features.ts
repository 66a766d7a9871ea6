import type { AlignedFeatures } from './model-runner.ts';

/** A picture's features as they came, still to go through the aligner. */
export interface RawFeatures {
  readonly hash: string;
  /** f32 [rows, vision hidden size] */
  readonly values: Float32Array;
  readonly rows: number;
}

/** The pictures of one request: needed, then given, then aligned. */
export class PictureFeatures {
  readonly #missing: Map<string, number>; // rows, by hash
  readonly #given: RawFeatures[] = [];
  readonly #aligned = new Map<string, AlignedFeatures>();
  readonly #count: number;

  /** @param needed rows of each picture, by hash */
  constructor(needed: ReadonlyMap<string, number>) {
    this.#missing = new Map(needed);
    this.#count = needed.size;
  }

  /** Hashes that nobody has given yet, in the order of the prompt. */
  get missing(): readonly string[] {
    return [...this.#missing.keys()];
  }

  /** Whether every picture can be read. */
  get isReady(): boolean {
    return this.#aligned.size === this.#count;
  }

  /**
   * Takes one picture's features.
   *
   * @throws {RangeError} if they are not missing, or are not the rows the prompt names
   */
  give(features: RawFeatures): void {
    const rows = this.#missing.get(features.hash);
    if (rows === undefined) throw new RangeError(`features ${features.hash} are not awaited`);
    if (rows !== features.rows) throw new RangeError(`features ${features.hash} have ${features.rows} rows, the prompt says ${rows}`);
    this.#missing.delete(features.hash);
    this.#given.push(features);
  }

  /** The next picture to align, if there is one; it has to come back through `keep`. */
  takeGiven(): RawFeatures | undefined {
    return this.#given.shift();
  }

  keep(hash: string, aligned: AlignedFeatures): void {
    this.#aligned.set(hash, aligned);
  }

  /** A picture that is ready. */
  aligned(hash: string): AlignedFeatures {
    const aligned = this.#aligned.get(hash);
    if (!aligned) throw new Error(`features ${hash} are not aligned yet`);
    return aligned;
  }
}
