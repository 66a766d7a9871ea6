/** A picture in memory. */
export interface Picture {
  /** Columns of pixels. */
  readonly width: number;
  /** Rows of pixels. */
  readonly height: number;
  /** u8 [height, width, 3]: red, green, blue. */
  readonly rgb: Uint8Array;
}

/** Sides of a picture in pixels. */
export type PictureSize = Pick<Picture, 'width' | 'height'>;
