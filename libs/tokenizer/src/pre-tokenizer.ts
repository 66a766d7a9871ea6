import { Tokenizer as Library } from '@huggingface/tokenizers';
import { TokenizerError } from './tokenizer-error.ts';
import { record } from './tokenizer-file.ts';

/** Cuts a text into the words that byte-pair encoding works within; the words joined are the text. */
export class PreTokenizer {
  readonly #patterns: readonly RegExp[];

  /**
   * @param config `pre_tokenizer` of a tokenizer.json
   * @throws {TokenizerError} naming what is not supported
   */
  constructor(config: unknown) {
    this.#patterns = patternsOf('pre_tokenizer', config);
  }

  /** Calls back for each word in order, as soon as it is found: a callback that throws saves the rest of the work. */
  split(text: string, onWord: (word: string) => void): void {
    if (text !== '') this.#cut(text, 0, onWord);
  }

  /** Cuts by one pattern; each part goes on to the next pattern before this one looks further. */
  #cut(text: string, stage: number, onWord: (word: string) => void): void {
    const pattern = this.#patterns[stage];
    if (pattern === undefined) {
      onWord(text);
      return;
    }
    let done = 0;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const end = match.index + match[0].length;
      if (end === match.index) {
        // An empty match cuts nothing.
        pattern.lastIndex = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
        continue;
      }
      if (match.index > done) this.#cut(text.slice(done, match.index), stage + 1, onWord);
      this.#cut(match[0], stage + 1, onWord);
      done = end;
    }
    if (done < text.length) this.#cut(done === 0 ? text : text.slice(done), stage + 1, onWord);
  }
}

/** GPT-2's words, which `ByteLevel` cuts by unless told not to. */
const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

function patternsOf(field: string, value: unknown): RegExp[] {
  const config = record(field, value);
  switch (config.type) {
    case 'Sequence': {
      const parts = config.pretokenizers;
      if (!Array.isArray(parts)) throw new TokenizerError(`${field}.pretokenizers`, 'is no list');
      return parts.flatMap((part, index) => patternsOf(`${field}.pretokenizers[${index}]`, part));
    }
    case 'Split':
      return [splitPattern(field, config)];
    case 'Digits':
      // Unicode's, as in the Rust library; the TypeScript one knows only 0 to 9.
      return [compile(field, config.individual_digits === true ? String.raw`\p{N}` : String.raw`\p{N}+`)];
    case 'ByteLevel':
      if (config.add_prefix_space !== false) throw new TokenizerError(`${field}.add_prefix_space`, 'is not supported');
      return config.use_regex === false ? [] : [compile(field, GPT2)];
    default:
      throw new TokenizerError(field, `${JSON.stringify(config.type)} is not supported`);
  }
}

function splitPattern(field: string, { pattern, behavior, invert }: Readonly<Record<string, unknown>>): RegExp {
  if (behavior !== 'Isolated' || invert === true) throw new TokenizerError(field, 'only the behavior Isolated is supported, not inverted');
  const { Regex: regex, String: text } = record(`${field}.pattern`, pattern);
  if (typeof regex === 'string') return compile(field, regex);
  if (typeof text === 'string') return new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu');
  throw new TokenizerError(`${field}.pattern`, 'is neither Regex nor String');
}

/** Translates a pattern of the Rust library's engine (Oniguruma), as the TypeScript library does for a Split. */
function compile(field: string, regex: string): RegExp {
  // Within a run of spaces that something follows, `\s+$` would be tried from each space on: seconds for a long run.
  const source = regex === String.raw`\s+$` ? String.raw`(?<!\s)\s+$` : regex;
  const split = { type: 'Split', pattern: { Regex: source }, behavior: 'Isolated', invert: false };
  try {
    const library = new Library({ ...NOTHING_ELSE, pre_tokenizer: split }, {});
    if (library.pre_tokenizer && 'pattern' in library.pre_tokenizer && library.pre_tokenizer.pattern instanceof RegExp) {
      return library.pre_tokenizer.pattern;
    }
  } catch (cause) {
    throw new TokenizerError(field, `pattern ${regex}: ${cause instanceof Error ? cause.message : cause}`);
  }
  throw new TokenizerError(field, `pattern ${regex} is not supported`);
}

/** A tokenizer of the library with no other parts. */
const NOTHING_ELSE = {
  normalizer: null,
  model: { type: 'BPE', vocab: {}, merges: [] },
  post_processor: null,
  decoder: null,
  added_tokens: []
};
