/** What a picture may cost. */
export interface PictureLimits {
  /** Most bytes of the file. */
  readonly maxBytes: number;
  /** Most pixels, as the file's header states them. */
  readonly maxPixels: number;
  /** Longest side in pixels. Bounds the work of one row or column, and with it how long the event loop can be held. */
  readonly maxSide: number;
  /** Most seconds the decoder may take, a whole number; 0 is no limit. */
  readonly timeoutSeconds: number;
}

/** 20 MiB, 50 million pixels, sides of 65,535 (the longest a JPEG can have), 20 seconds. */
export const DEFAULT_PICTURE_LIMITS: PictureLimits = {
  maxBytes: 20 * 1024 * 1024,
  maxPixels: 50_000_000,
  maxSide: 65_535,
  timeoutSeconds: 20
};
