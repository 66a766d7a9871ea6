import { AddedTokens } from './added-tokens.ts';
import { BytePairEncoder } from './byte-pair-encoder.ts';
import { type DecodeOptions, Detokenizer } from './detokenizer.ts';
import { type Frame, readFrame } from './post-processor.ts';
import { PreTokenizer } from './pre-tokenizer.ts';
import { joinPieces, type TextPiece } from './text-piece.ts';
import { TokenBytes } from './token-bytes.ts';
import { TokenLimitError } from './token-limit-error.ts';
import { TokenizerError } from './tokenizer-error.ts';
import { readTokenizerFile, type TokenizerFile } from './tokenizer-file.ts';

/** What a tokenizer.json does not say. */
export interface TokenizerOptions {
  /** Id put before each text where the file's post-processor adds none; published files leave it to tokenizer_config.json. */
  readonly bos?: number;
}

/** How a text becomes ids. */
export interface EncodeOptions {
  /** Most ids allowed, the post-processor's included. Default: no limit. */
  readonly maxTokens?: number;
}

/**
 * Loads a tokenizer: byte-level BPE, as Janus has it.
 *
 * @param json text of a tokenizer.json, or what it parses to
 * @throws {TokenizerError} if it is malformed or asks for what is not supported
 */
export function loadTokenizer(json: unknown, options: TokenizerOptions = {}): Tokenizer {
  return new Tokenizer(readTokenizerFile(json), options);
}

/** Text to ids and back, equal to the Rust library `tokenizers`. */
export class Tokenizer {
  readonly #added: AddedTokens;
  readonly #words: PreTokenizer;
  readonly #pairs: BytePairEncoder;
  readonly #frame: Frame;
  readonly #tokens: TokenBytes;
  readonly #ids: ReadonlyMap<string, number>;

  constructor(file: TokenizerFile, { bos }: TokenizerOptions) {
    this.#added = new AddedTokens(file.addedTokens);
    this.#words = new PreTokenizer(file.preTokenizer);
    this.#pairs = new BytePairEncoder(file.model);
    const frame = readFrame(file.postProcessor);
    this.#frame = bos === undefined || frame.before.length > 0 ? frame : { ...frame, before: [bos] };
    this.#tokens = new TokenBytes(file);
    const unknown = [...this.#frame.before, ...this.#frame.after].find((id) => id >= this.#tokens.idCount);
    if (unknown !== undefined) throw new TokenizerError('post_processor', `adds id ${unknown}, which no token has`);
    const added = file.addedTokens.map(({ content, id }): [string, number] => [content, id]);
    this.#ids = new Map([...Object.entries(file.model.vocab), ...added]);
  }

  /**
   * Encodes a text, given whole or in pieces that are encoded as if joined. BOS is added as the tokenizer's post-processor
   * has it. The work grows with the text's length, and stops at the limit.
   *
   * @throws {TokenLimitError} if there are more ids than `maxTokens`
   */
  encode(input: string | readonly TextPiece[], { maxTokens = Number.POSITIVE_INFINITY }: EncodeOptions = {}): number[] {
    const { text, literal } = joinPieces(typeof input === 'string' ? [{ text: input }] : input);
    const ids = [...this.#frame.before];
    const most = maxTokens - this.#frame.after.length;
    const check = (count: number) => {
      if (count > most) throw new TokenLimitError(maxTokens);
    };
    // A UTF-16 unit is at least a byte, so a long text needs no counting.
    check(ids.length + Math.ceil(text.length / this.#tokens.longest));
    const addWord = (word: string) => {
      this.#pairs.encode(word, ids);
      check(ids.length);
    };
    for (const { start, end, token } of this.#added.cut(text, literal)) {
      if (token) ids.push(token.id);
      else this.#words.split(text.slice(start, end), addWord);
      check(ids.length);
    }
    ids.push(...this.#frame.after);
    return ids;
  }

  /** Number of ids a text has, BOS included. Throws as encode does. */
  countTokens(input: string | readonly TextPiece[], options?: EncodeOptions): number {
    return this.encode(input, options).length;
  }

  /** Decodes ids to text; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    const detokenizer = this.detokenizer(options);
    let text = '';
    for (const id of ids) text += detokenizer.push(id);
    return text + detokenizer.flush();
  }

  /** A detokenizer for one text whose ids come one by one. */
  detokenizer(options?: DecodeOptions): Detokenizer {
    return new Detokenizer(this.#tokens, options);
  }

  /** The id of the token with that text: an added token's content, or a vocabulary entry as the file spells it. */
  tokenId(text: string): number | undefined {
    return this.#ids.get(text);
  }

  /** Whether a token is special: it gives no text. */
  isSpecial(id: number): boolean {
    return this.#tokens.isSpecial(id);
  }

  /** One more than the highest id. A model's vocabulary may be larger. */
  get vocabularySize(): number {
    return this.#tokens.idCount;
  }
}
