import type { BundleTensor, NetworkConfig } from '@janus-mesh/networks';
import { dtypeBytes, elementCount } from '@janus-mesh/tensor';

/** What an import is at: what quantising costs is measured, the weights are written, what is left of them is hashed. */
export type ImportStage = 'measuring' | 'writing' | 'hashing';

/** How far an import is. */
export interface ImportEvent {
  /** Work done, in bytes read (as f32), computed or hashed. */
  readonly done: number;
  /** Work in all, the same from the first event to the last. */
  readonly total: number;
  readonly stage: ImportStage;
  /** The tensor at hand; empty while the finished weights are hashed. */
  readonly tensor: string;
}

/** A decoded picture's share of the work, in bytes for each of its pixels: about what decoding takes beside reading. */
const BYTES_PER_PIXEL = 512;

/** What hashing the finished weights takes, beside reading their elements as f32. */
const HASH_SHARE = 0.25;

/** Adds up what was done, and says what there is to do. */
export class ImportProgress {
  readonly #total: number;
  readonly #pictureBytes: number;
  readonly #calibrationBytes: number;
  readonly #hashBytes: number;
  readonly #listener: ((event: ImportEvent) => void) | undefined;
  /** Where the stage at hand ends at the latest: what it takes is estimated. */
  #stageEnd: number;
  #done = 0;
  #stage: ImportStage;

  /**
   * @param tensors of the bundle, unquantised: what is read does not depend on what it becomes
   * @param work pictures the palette takes, and whether quantising is measured first
   */
  constructor(
    tensors: readonly BundleTensor[],
    { codec }: NetworkConfig,
    { pictures, calibrates }: { readonly pictures: number; readonly calibrates: boolean },
    listener: ((event: ImportEvent) => void) | undefined
  ) {
    const isPalette = ({ source }: BundleTensor) => source.kind === 'computed' && source.by === 'palette';
    const read = tensors.filter((tensor) => !isPalette(tensor));
    const bytes = read.reduce((sum, { dtype, dims }) => sum + elementCount(dims) * dtypeBytes(dtype), 0);
    this.#pictureBytes = codec.imageSize ** 2 * BYTES_PER_PIXEL;
    this.#calibrationBytes = calibrates ? bytes : 0;
    this.#hashBytes = Math.ceil(bytes * HASH_SHARE);
    this.#total = this.#calibrationBytes + bytes + pictures * this.#pictureBytes + this.#hashBytes;
    this.#stageEnd = calibrates ? this.#calibrationBytes : this.#total - this.#hashBytes;
    this.#listener = listener;
    this.#stage = calibrates ? 'measuring' : 'writing';
  }

  /** Bytes were read or computed. */
  add(bytes: number, tensor: string): void {
    this.#moveTo(this.#done + bytes, tensor);
  }

  /** A picture of the palette's lesson was decoded. */
  addPicture(tensor: string): void {
    this.add(this.#pictureBytes, tensor);
  }

  /** Measuring is over; from here on the bundle is written. */
  startWriting(): void {
    this.#stageEnd = this.#total - this.#hashBytes;
    this.#done = this.#calibrationBytes;
    this.#stage = 'writing';
  }

  /** That much of the finished weights was hashed. */
  hashed({ done, total }: { readonly done: number; readonly total: number }): void {
    this.#stageEnd = this.#total;
    this.#stage = 'hashing';
    this.#moveTo(this.#total - this.#hashBytes * (1 - done / total), '');
  }

  #moveTo(done: number, tensor: string): void {
    this.#done = Math.max(this.#done, Math.min(this.#stageEnd, Math.round(done)));
    this.#listener?.({ done: this.#done, total: this.#total, stage: this.#stage, tensor });
  }
}
