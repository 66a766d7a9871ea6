/** What can be wrong with a caller's picture. */
export type PictureErrorKind =
  /** The bytes are of no known picture format. */
  | 'not_a_picture'
  /** A picture, but not PNG, JPEG or WebP. */
  | 'unsupported_format'
  /** More bytes, pixels or a longer side than the limits allow. */
  | 'too_large'
  /** The file ends before the picture does. */
  | 'truncated'
  /** The decoder cannot read it. */
  | 'corrupt'
  /** Decoding took longer than the limits allow. */
  | 'timed_out';

/** Thrown where a picture is refused: the caller's fault in every kind. The message says what was found and what is allowed. */
export class PictureError extends Error {
  override name = 'PictureError';
  readonly kind: PictureErrorKind;

  constructor(kind: PictureErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
