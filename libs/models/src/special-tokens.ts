import type { SpecialToken, SpecialTokens } from './model-config.ts';
import { ModelError } from './model-error.ts';
import { TokenTable } from './token-table.ts';

const TEXTS = {
  bos: '<｜begin▁of▁sentence｜>',
  eos: '<｜end▁of▁sentence｜>',
  pad: '<｜▁pad▁｜>',
  beginOfImage: '<begin_of_image>',
  endOfImage: '<end_of_image>',
  imagePlaceholder: '<image_placeholder>'
} as const;

/** The special tokens of a tokenizer file. */
export interface ResolvedTokens {
  readonly tokens: SpecialTokens;
  /** The picture's placeholder where the file lacks it (Janus-1.3B) and a reader must add it, as the original does on loading. */
  readonly addedToken?: SpecialToken;
}

/**
 * Finds the special tokens by their texts: ids differ between checkpoints.
 *
 * @param tokenizer parsed tokenizer.json
 * @throws {ModelError} invalid_tokenizer naming the text of a token that is missing, lies outside the embedding table or shares its id
 */
export function resolveSpecialTokens(tokenizer: unknown, vocabSize: number): ResolvedTokens {
  const table = new TokenTable(tokenizer);
  table.check(vocabSize);
  const find = (text: string): SpecialToken => {
    const id = table.idOf(text);
    if (id === undefined) throw new ModelError('invalid_tokenizer', `tokenizer.json: special token ${text} is missing`);
    return { text, id };
  };
  const known = table.idOf(TEXTS.imagePlaceholder) !== undefined;
  const imagePlaceholder = known ? find(TEXTS.imagePlaceholder) : { text: TEXTS.imagePlaceholder, id: table.nextId };
  const tokens: SpecialTokens = {
    bos: find(TEXTS.bos),
    eos: find(TEXTS.eos),
    pad: find(TEXTS.pad),
    beginOfImage: find(TEXTS.beginOfImage),
    endOfImage: find(TEXTS.endOfImage),
    imagePlaceholder
  };
  checkDistinct(Object.values(tokens), vocabSize);
  return known ? { tokens } : { tokens, addedToken: imagePlaceholder };
}

function checkDistinct(tokens: readonly SpecialToken[], vocabSize: number): void {
  const seen = new Map<number, string>();
  for (const { text, id } of tokens) {
    const other = seen.get(id);
    if (other !== undefined)
      throw new ModelError('invalid_tokenizer', `tokenizer.json: special tokens ${other} and ${text} share id ${id}`);
    if (id >= vocabSize)
      throw new ModelError('invalid_tokenizer', `tokenizer.json: token ${text} has id ${id}, the embedding table has ${vocabSize} rows`);
    seen.set(id, text);
  }
}
