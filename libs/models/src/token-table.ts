import { ModelError } from './model-error.ts';

/** Ids of a tokenizer.json by the tokens' texts, added tokens before the model's vocabulary. */
export class TokenTable {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #added: ReadonlyMap<string, number>;

  /** @throws {ModelError} invalid_tokenizer if the document has not that form */
  constructor(tokenizer: unknown) {
    this.#vocabulary = readVocabulary(field(field(tokenizer, 'model'), 'vocab'));
    this.#added = readAdded(field(tokenizer, 'added_tokens') ?? []);
  }

  /** The id of the token with that text. */
  idOf(text: string): number | undefined {
    return this.#added.get(text) ?? this.#vocabulary.get(text);
  }

  /** The id the `tokenizers` library gives the next added token. */
  get nextId(): number {
    return Math.max(this.#vocabulary.size, ...Array.from(this.#added.values(), (id) => id + 1));
  }

  /**
   * Holds all ids to the embedding table, and tokens to ids of their own.
   *
   * @throws {ModelError} invalid_tokenizer naming the token, its id and the limit
   */
  check(vocabSize: number): void {
    const owners = new Map<number, string>();
    for (const [text, id] of [...this.#vocabulary, ...this.#added]) {
      checkId(text, id, vocabSize);
      const owner = owners.get(id) ?? text;
      if (owner !== text) throw new ModelError('invalid_tokenizer', `tokenizer.json: tokens ${owner} and ${text} share id ${id}`);
      owners.set(id, text);
    }
  }
}

function checkId(text: string, id: number, vocabSize: number): void {
  if (Number.isInteger(id) && id >= 0 && id < vocabSize) return;
  throw new ModelError('invalid_tokenizer', `tokenizer.json: token ${text} has id ${id}, the embedding table has ${vocabSize} rows`);
}

function readVocabulary(vocabulary: unknown): Map<string, number> {
  if (typeof vocabulary !== 'object' || vocabulary === null || Array.isArray(vocabulary))
    throw new ModelError('invalid_tokenizer', 'tokenizer.json: model.vocab is no object of tokens and ids');
  return new Map(Object.entries(vocabulary).map(([text, id]) => [text, numeric(text, id)]));
}

function readAdded(tokens: unknown): Map<string, number> {
  if (!Array.isArray(tokens)) throw new ModelError('invalid_tokenizer', 'tokenizer.json: added_tokens is no list');
  return new Map(
    tokens.map((token) => {
      const content = field(token, 'content');
      if (typeof content !== 'string') throw new ModelError('invalid_tokenizer', 'tokenizer.json: an added token has no content');
      return [content, numeric(content, field(token, 'id'))];
    })
  );
}

function numeric(text: string, id: unknown): number {
  if (typeof id !== 'number') throw new ModelError('invalid_tokenizer', `tokenizer.json: token ${text} has no id`);
  return id;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? (value as Record<string, unknown>)[key] : undefined;
}
