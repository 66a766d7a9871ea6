import type { CodecConfig } from '@janus-mesh/models';

/** Adds up the colours that codes have in decoded pictures. */
export class PaletteColours {
  readonly #codec: CodecConfig;
  readonly #sums: Float64Array; // [codebook, 3]
  readonly #counts: Uint32Array; // [codebook]

  constructor(codec: CodecConfig) {
    this.#codec = codec;
    this.#sums = new Float64Array(codec.codebookSize * 3);
    this.#counts = new Uint32Array(codec.codebookSize);
  }

  /**
   * Adds a picture.
   *
   * @param ids grid², row after row
   * @param image f32 [3, side, side], about [-1, 1]
   */
  add(ids: Uint32Array, image: Float32Array): void {
    const { grid, imageSize } = this.#codec;
    const patch = imageSize / grid;
    for (const [cell, id] of ids.entries()) {
      const corner = Math.floor(cell / grid) * patch * imageSize + (cell % grid) * patch;
      for (let channel = 0; channel < 3; channel++) {
        const mean = meanOf(image, channel * imageSize * imageSize + corner, patch, imageSize);
        this.#sums[id * 3 + channel] = (this.#sums[id * 3 + channel] as number) + mean;
      }
      this.#counts[id] = (this.#counts[id] as number) + 1;
    }
  }

  /** Whether a code was seen. */
  has(id: number): boolean {
    return (this.#counts[id] as number) > 0;
  }

  /** Each code's mean colour: u8 [codebook, 3]; black for a code that was never seen. */
  toRgb(): Uint8Array {
    return Uint8Array.from(this.#sums, (sum, i) => {
      const count = this.#counts[Math.floor(i / 3)] as number;
      return count === 0 ? 0 : Math.min(255, Math.max(0, Math.round(sum / count)));
    });
  }
}

/** Mean level of a square patch of one channel, 0 to 255; pixels are clipped as a picture's are. */
function meanOf(image: Float32Array, corner: number, patch: number, stride: number): number {
  let sum = 0;
  for (let y = 0; y < patch; y++) {
    for (let x = 0; x < patch; x++) sum += Math.min(1, Math.max(-1, image[corner + y * stride + x] as number));
  }
  return (sum / (patch * patch) + 1) * 127.5;
}
