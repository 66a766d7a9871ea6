/** How a picture becomes the encoder's input; the model's configuration has these fields. */
export interface Preprocess {
  /** Side of the square the encoder reads, in pixels. */
  readonly imageSize: number;
  /** Shortest side a scaled picture may have, in pixels. */
  readonly minSize: number;
  /** What levels of 0 to 255 are multiplied by. */
  readonly rescaleFactor: number;
  /** Whether mean and std are applied. */
  readonly normalize: boolean;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Colour around a picture that is not square, 0 to 255. */
  readonly background: readonly [number, number, number];
}
