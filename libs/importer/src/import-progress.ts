import type { BundleTensor, NetworkConfig } from '@janus-mesh/networks';
import { dtypeBytes, elementCount } from '@janus-mesh/tensor';

/** How far an import is. */
export interface ImportEvent {
  /** Work done, in bytes read, computed or hashed. */
  readonly done: number;
  /** Work in all, the same from the first event to the last. */
  readonly total: number;
  /** The tensor at hand; empty while the finished weights are hashed. */
  readonly tensor: string;
}

/** A decoded picture's share of the work, in bytes for each of its pixels: about what decoding takes beside reading. */
const BYTES_PER_PIXEL = 512;

/** Adds up what was done, and says what there is to do. */
export class ImportProgress {
  readonly #total: number;
  readonly #pictureBytes: number;
  readonly #listener: ((event: ImportEvent) => void) | undefined;
  #done = 0;

  /** @param pictures how many the palette takes */
  constructor(
    tensors: readonly BundleTensor[],
    { codec }: NetworkConfig,
    pictures: number,
    listener: ((event: ImportEvent) => void) | undefined
  ) {
    const bytes = tensors.reduce((sum, { dtype, dims }) => sum + elementCount(dims) * dtypeBytes(dtype), 0);
    const palette = tensors.find(({ source }) => source.kind === 'computed' && source.by === 'palette');
    const paletteBytes = palette ? elementCount(palette.dims) * dtypeBytes(palette.dtype) : 0;
    this.#pictureBytes = codec.imageSize ** 2 * BYTES_PER_PIXEL;
    // Read or compute each tensor once, then hash them all. The palette costs its pictures instead of its bytes.
    this.#total = 2 * bytes - paletteBytes + pictures * this.#pictureBytes;
    this.#listener = listener;
  }

  /** Bytes were read, computed or hashed. */
  add(bytes: number, tensor: string): void {
    this.#done = Math.min(this.#total, this.#done + bytes);
    this.#listener?.({ done: this.#done, total: this.#total, tensor });
  }

  /** A picture of the palette's lesson was decoded. */
  addPicture(tensor: string): void {
    this.add(this.#pictureBytes, tensor);
  }
}
