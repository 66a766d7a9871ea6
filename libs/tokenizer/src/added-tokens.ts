import type { TextRange } from './text-piece.ts';
import type { AddedToken } from './tokenizer-file.ts';

/** A node of a tree of characters. */
interface Node {
  readonly next: Map<number, Node>;
  token?: AddedToken;
}

/** A part of a text: an added token, or text between added tokens. */
export interface Section extends TextRange {
  readonly token?: AddedToken;
}

/** Finds added tokens in a text: leftmost, the longest of those that start there. */
export class AddedTokens {
  // Those that are not normalized are looked for first, the others in what is left.
  readonly #trees: readonly Node[];

  constructor(tokens: readonly AddedToken[]) {
    const plain = tokens.filter((token) => !token.normalized);
    const normalized = tokens.filter((token) => token.normalized);
    this.#trees = [plain, normalized].filter((some) => some.length > 0).map(makeTree);
  }

  /**
   * Cuts a text at its added tokens.
   *
   * @param literal 1 for each UTF-16 unit that can be no part of a special token
   */
  cut(text: string, literal?: Uint8Array): Section[] {
    let sections: Section[] = [{ start: 0, end: text.length }];
    for (const tree of this.#trees) {
      sections = sections.flatMap((section) => (section.token ? [section] : cutSection(tree, text, section, literal)));
    }
    return sections;
  }
}

const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const WORD_START = new RegExp(`^${WORD}`, 'u');
const WORD_END = new RegExp(`${WORD}$`, 'u');
const SPACE = /\p{White_Space}/u;

function makeTree(tokens: readonly AddedToken[]): Node {
  const root: Node = { next: new Map() };
  for (const token of tokens) {
    let node = root;
    for (let i = 0; i < token.content.length; i++) {
      const unit = token.content.charCodeAt(i);
      let child = node.next.get(unit);
      if (!child) {
        child = { next: new Map() };
        node.next.set(unit, child);
      }
      node = child;
    }
    node.token = token;
  }
  return root;
}

function cutSection(tree: Node, text: string, section: TextRange, literal: Uint8Array | undefined): Section[] {
  const sections: Section[] = [];
  let done = section.start;
  for (let at = section.start; at < section.end; ) {
    const token = longestAt(tree, text, { start: at, end: section.end }, (found, end) => {
      if (found.special && literal?.subarray(at, end).includes(1)) return false;
      return !found.single_word || standsAlone(text, { start: at, end }, section);
    });
    if (!token) {
      at++;
      continue;
    }
    const { start, end } = withSpaces(token, text, { start: at, end: at + token.content.length }, { start: done, end: section.end });
    if (start > done) sections.push({ start: done, end: start });
    sections.push({ start, end, token });
    done = end;
    at = end;
  }
  if (done < section.end) sections.push({ start: done, end: section.end });
  return sections;
}

/** The longest acceptable token that begins at the range's start. */
function longestAt(
  tree: Node,
  text: string,
  { start, end }: TextRange,
  accept: (token: AddedToken, end: number) => boolean
): AddedToken | undefined {
  let longest: AddedToken | undefined;
  let node = tree.next.get(text.charCodeAt(start));
  for (let at = start + 1; node; at++) {
    if (node.token && accept(node.token, at)) longest = node.token;
    if (at === end) break;
    node = node.next.get(text.charCodeAt(at));
  }
  return longest;
}

function standsAlone(text: string, { start, end }: TextRange, section: TextRange): boolean {
  // Two UTF-16 units hold any character.
  const before = text.slice(Math.max(start - 2, section.start), start);
  return !WORD_END.test(before) && !WORD_START.test(text.slice(end, Math.min(end + 2, section.end)));
}

/** The range of a token with the whitespace that it takes along, within the bounds. */
function withSpaces(token: AddedToken, text: string, range: TextRange, bounds: TextRange): TextRange {
  let { start, end } = range;
  if (token.lstrip) while (start > bounds.start && SPACE.test(text[start - 1] as string)) start--;
  if (token.rstrip) while (end < bounds.end && SPACE.test(text[end] as string)) end++;
  return { start, end };
}
