import { TokenizerError } from './tokenizer-error.ts';

/** A token that was added to the vocabulary and is found in a text before anything else. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Looked for after the tokens that are not normalized. */
  readonly normalized: boolean;
  /** Takes whitespace before it along. */
  readonly lstrip: boolean;
  /** Takes whitespace after it along. */
  readonly rstrip: boolean;
  /** Not found within a word. */
  readonly single_word: boolean;
}

/** The byte-pair encoding: tokens and the order in which pairs are merged. */
export interface BpeModel {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [left: string, right: string])[];
}

/** What is read of a tokenizer.json, as the `tokenizers` library writes it. */
export interface TokenizerFile {
  readonly addedTokens: readonly AddedToken[];
  readonly preTokenizer: unknown;
  readonly postProcessor: unknown;
  readonly model: BpeModel;
}

/**
 * Checks a tokenizer.json: a byte-level BPE without normalisation is read, what else it may ask for is refused by name.
 *
 * @param json the file's text, or what it parses to
 * @throws {TokenizerError}
 */
export function readTokenizerFile(json: unknown): TokenizerFile {
  const file = record('the file', typeof json === 'string' ? parse(json) : json);
  requireNoNormalizer(file.normalizer);
  const decoder = record('decoder', file.decoder);
  if (decoder.type !== 'ByteLevel') throw new TokenizerError('decoder', `${JSON.stringify(decoder.type)} is not supported, only ByteLevel`);
  const added = file.added_tokens ?? [];
  if (!Array.isArray(added)) throw new TokenizerError('added_tokens', 'is no list');
  return {
    addedTokens: added.map((token, index) => readAddedToken(`added_tokens[${index}]`, token)),
    preTokenizer: file.pre_tokenizer,
    postProcessor: file.post_processor,
    model: readModel(record('model', file.model))
  };
}

/** The value as an object. */
export function record(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TokenizerError(field, 'is missing or no object');
  return value as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TokenizerError('the file', `is no JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function requireNoNormalizer(value: unknown): void {
  if (value === null || value === undefined) return;
  const { type, normalizers } = record('normalizer', value);
  if (type === 'Sequence' && Array.isArray(normalizers) && normalizers.length === 0) return;
  throw new TokenizerError('normalizer', `${JSON.stringify(type)} is not supported, only none`);
}

function readAddedToken(field: string, value: unknown): AddedToken {
  const { id, content, special, normalized, lstrip, rstrip, single_word } = record(field, value);
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) throw new TokenizerError(`${field}.id`, `${JSON.stringify(id)} is no id`);
  if (typeof content !== 'string' || content === '') throw new TokenizerError(`${field}.content`, 'is no text');
  return {
    id,
    content,
    special: special === true,
    normalized: normalized === true,
    lstrip: lstrip === true,
    rstrip: rstrip === true,
    single_word: single_word === true
  };
}

/** Options of a BPE that a byte-level tokenizer has no use for; each would change the ids. */
const UNSUPPORTED = ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix', 'byte_fallback', 'ignore_merges'];

function readModel(model: Readonly<Record<string, unknown>>): BpeModel {
  if (model.type !== undefined && model.type !== 'BPE') {
    throw new TokenizerError('model.type', `${JSON.stringify(model.type)} is not supported, only BPE`);
  }
  for (const name of UNSUPPORTED) if (model[name]) throw new TokenizerError(`model.${name}`, 'is not supported');
  const { vocab, merges } = model;
  if (!Array.isArray(merges)) throw new TokenizerError('model.merges', 'is no list');
  return { vocab: record('model.vocab', vocab) as Record<string, number>, merges: merges.map(readMerge) };
}

/** A merge is "left right" in older files, ["left", "right"] in newer ones. */
function readMerge(merge: unknown, index: number): readonly [string, string] {
  const [left, right, more] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
  if (typeof left !== 'string' || typeof right !== 'string' || more !== undefined) {
    throw new TokenizerError(`model.merges[${index}]`, `${JSON.stringify(merge)} is no pair of tokens`);
  }
  return [left, right];
}
