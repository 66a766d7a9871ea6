/** A part of a text to encode. */
export interface TextPiece {
  readonly text: string;
  /** Special tokens spelled in it stay plain text. Default: false, they become that token. */
  readonly literal?: boolean;
}

/** Characters of a joined text, `start` up to but not including `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Joins pieces.
 *
 * @returns the whole text, and for each of its UTF-16 units whether it is literal; nothing where none is
 */
export function joinPieces(pieces: readonly TextPiece[]): { text: string; literal: Uint8Array | undefined } {
  const text = pieces.map((piece) => piece.text).join('');
  if (!pieces.some((piece) => piece.literal)) return { text, literal: undefined };
  const literal = new Uint8Array(text.length);
  let at = 0;
  for (const piece of pieces) {
    literal.fill(piece.literal ? 1 : 0, at, at + piece.text.length);
    at += piece.text.length;
  }
  return { text, literal };
}
