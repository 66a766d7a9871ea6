import type { AlignedFeatures } from './model-runner.ts';

/** What a feature cache counts. */
export interface FeatureCacheCounts {
  /** Looked for and found, since the start. */
  readonly hits: number;
  /** Looked for in vain. */
  readonly misses: number;
  readonly bytesUsed: number;
  readonly bytesBudget: number;
  /** Pictures it holds. */
  readonly entries: number;
}

/** Aligned pictures by the hash of their content, within a bound: those not asked for the longest go first. */
export class FeatureCache {
  readonly #budget: number;
  readonly #pictures = new Map<string, AlignedFeatures>(); // least recently used first
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  /** @param budgetBytes what it may hold; 0 keeps nothing that is not in use */
  constructor(budgetBytes: number) {
    this.#budget = budgetBytes;
  }

  get counts(): FeatureCacheCounts {
    return { hits: this.#hits, misses: this.#misses, bytesUsed: this.#bytes, bytesBudget: this.#budget, entries: this.#pictures.size };
  }

  /** Looks for a picture of so many rows. */
  find(hash: string, rows: number): AlignedFeatures | undefined {
    const picture = this.#pictures.get(hash);
    if (picture?.rows !== rows) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#pictures.delete(hash);
    this.#pictures.set(hash, picture);
    return picture;
  }

  /** Takes a picture in, as the most recently used one. It stays until `trim`. */
  put(hash: string, picture: AlignedFeatures): void {
    this.#drop(hash);
    this.#pictures.set(hash, picture);
    this.#bytes += picture.bytes;
  }

  /**
   * Drops pictures until the bound holds. What is in use takes its memory anyway, so it stays, above the bound if need be.
   *
   * @param isUsed whether somebody still reads a picture
   */
  trim(isUsed: (hash: string) => boolean): void {
    if (this.#bytes <= this.#budget) return;
    for (const hash of this.#pictures.keys()) {
      if (!isUsed(hash)) this.#drop(hash);
      if (this.#bytes <= this.#budget) return;
    }
  }

  #drop(hash: string): void {
    this.#bytes -= this.#pictures.get(hash)?.bytes ?? 0;
    this.#pictures.delete(hash);
  }
}
