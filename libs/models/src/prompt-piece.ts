import { stripEnd, stripStart } from './python-strip.ts';

/** A piece of a prompt: written by the template, or by a caller. */
export interface PromptPiece {
  readonly text: string;
  /** Special tokens spelled in it stay plain text. Default: false, as in the original. */
  readonly literal?: boolean;
}

/** The text of all pieces together. */
export function joinPieces(pieces: readonly PromptPiece[]): string {
  return pieces.map(({ text }) => text).join('');
}

/** Strips the text that pieces make together, as Python's `str.strip()` does. Empty pieces are left out. */
export function stripPieces(pieces: readonly PromptPiece[]): PromptPiece[] {
  const stripped = pieces.filter(({ text }) => text !== '');
  for (;;) {
    const [first] = stripped;
    if (!first) return [];
    const text = stripStart(first.text);
    if (text !== '') {
      stripped[0] = { ...first, text };
      break;
    }
    stripped.shift();
  }
  for (;;) {
    const last = stripped.at(-1) as PromptPiece; // something is left that is no white space
    const text = stripEnd(last.text);
    if (text !== '') {
      stripped[stripped.length - 1] = { ...last, text };
      return stripped;
    }
    stripped.pop();
  }
}
