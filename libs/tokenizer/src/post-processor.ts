import { TokenizerError } from './tokenizer-error.ts';
import { record } from './tokenizer-file.ts';

/** Ids that are put around those of a text. */
export interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * What a tokenizer's post-processor adds to a text.
 *
 * @param config `post_processor` of a tokenizer.json
 * @throws {TokenizerError} naming what is not supported
 */
export function readFrame(config: unknown, field = 'post_processor'): Frame {
  if (config === null || config === undefined) return { before: [], after: [] };
  const { type, processors, single, special_tokens: specials } = record(field, config);
  if (type === 'ByteLevel') return { before: [], after: [] };
  if (type === 'Sequence' && Array.isArray(processors)) {
    const frames = processors.map((part, index) => readFrame(part, `${field}.processors[${index}]`));
    return { before: frames.toReversed().flatMap((frame) => frame.before), after: frames.flatMap((frame) => frame.after) };
  }
  if (type !== 'TemplateProcessing' || !Array.isArray(single)) throw new TokenizerError(field, `${JSON.stringify(type)} is not supported`);
  const isText = (item: unknown) => 'Sequence' in record(field, item);
  const at = single.findIndex(isText);
  if (at < 0) throw new TokenizerError(`${field}.single`, 'has no place for the text');
  const idsOf = (item: unknown) => specialIds(field, item, specials);
  return { before: single.slice(0, at).flatMap(idsOf), after: single.slice(at + 1).flatMap(idsOf) };
}

function specialIds(field: string, item: unknown, specials: unknown): number[] {
  const name = record(field, record(field, item).SpecialToken).id;
  const ids = record(`${field}.special_tokens`, record(`${field}.special_tokens`, specials)[String(name)]).ids;
  if (!Array.isArray(ids) || !ids.every(isId)) throw new TokenizerError(`${field}.special_tokens`, `has no ids of ${name}`);
  return ids;
}

function isId(id: unknown): id is number {
  return Number.isInteger(id) && (id as number) >= 0;
}
