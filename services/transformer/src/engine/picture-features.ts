import type { AlignedFeatures } from './model-runner.ts';

/** A picture's features as they came, still to go through the aligner. */
export interface RawFeatures {
  readonly hash: string;
  /** f32 [rows, vision hidden size] */
  readonly values: Float32Array;
  readonly rows: number;
}

/**
 * The pictures of one request: needed, then given, then aligned. Others' requests may bring one too: then it is ready at once, and
 * what the request's own caller still sends of it is not used.
 */
export class PictureFeatures {
  readonly #rows: ReadonlyMap<string, number>; // by hash, in the order of the prompt
  readonly #given = new Map<string, RawFeatures>();
  readonly #aligned = new Map<string, AlignedFeatures>();
  readonly #needed: Set<string>; // the rest is read by nobody
  readonly #received = new Set<string>(); // from the request's own caller

  /** @param needed rows of each picture, by hash */
  constructor(needed: ReadonlyMap<string, number>) {
    this.#rows = needed;
    this.#needed = new Set(needed.keys());
  }

  /** Hashes that nobody has given yet, in the order of the prompt. */
  get missing(): readonly string[] {
    return [...this.#needed].filter((hash) => !this.#received.has(hash) && !this.#aligned.has(hash));
  }

  /** Whether every picture can be read. */
  get isReady(): boolean {
    return this.#aligned.size === this.#needed.size;
  }

  /** Says which pictures are needed, before any has come: others are taken and not used. */
  needOnly(hashes: readonly string[]): void {
    const wanted = new Set(hashes);
    for (const hash of this.#rows.keys()) if (!wanted.has(hash)) this.#needed.delete(hash);
  }

  /**
   * Takes one picture's features from the request's caller.
   *
   * @throws {RangeError} if the prompt does not name them, they came before, or they are not the rows the prompt names
   */
  give(features: RawFeatures): void {
    const { hash } = features;
    const rows = this.#rows.get(hash);
    if (rows === undefined || this.#received.has(hash)) throw new RangeError(`features ${hash} are not awaited`);
    if (rows !== features.rows) throw new RangeError(`features ${hash} have ${features.rows} rows, the prompt says ${rows}`);
    this.#received.add(hash);
    if (this.#needed.has(hash) && !this.#aligned.has(hash)) this.#given.set(hash, features);
  }

  /** The next picture to align, if there is one; it has to come back through `keep`. */
  takeGiven(): RawFeatures | undefined {
    const next = this.#given.values().next().value;
    if (next) this.#given.delete(next.hash);
    return next;
  }

  /** Takes an aligned picture, whoever brought it. Returns whether it was missing. */
  keep(hash: string, aligned: AlignedFeatures): boolean {
    if (!this.#needed.has(hash) || this.#rows.get(hash) !== aligned.rows || this.#aligned.has(hash)) return false;
    this.#given.delete(hash);
    this.#aligned.set(hash, aligned);
    return !this.#received.has(hash);
  }

  /** Takes what `find` knows of the missing pictures. */
  fill(find: (hash: string, rows: number) => AlignedFeatures | undefined): void {
    for (const hash of this.#needed) {
      const aligned = find(hash, this.#rows.get(hash) as number);
      if (aligned) this.keep(hash, aligned);
    }
  }

  /** Whether a picture is ready. */
  has(hash: string): boolean {
    return this.#aligned.has(hash);
  }

  /** A picture that is ready. */
  aligned(hash: string): AlignedFeatures {
    const aligned = this.#aligned.get(hash);
    if (!aligned) throw new Error(`features ${hash} are not aligned yet`);
    return aligned;
  }
}
