import type { FeaturesRef, Segment } from '@janus-mesh/contracts';
import type { ModelConfig } from '@janus-mesh/models';
import type { FieldViolation } from '@janus-mesh/rpc';
import { type Prompt, type PromptPart, promptLength } from '../engine/prompt.ts';
import { hexOf } from '../hex-of.ts';
import { headVocabulary } from './head-vocabulary.ts';
import { checkIds } from './valid-ids.ts';

const HASH_BYTES = 32;

/** What a prompt is checked against. */
export interface PromptCheck {
  readonly config: ModelConfig;
  /** Path of the prompt in the request. */
  readonly field: string;
  /** Tokens that follow it. */
  readonly newTokens: number;
  /** What is wrong is added here. */
  readonly violations: FieldViolation[];
}

/** Reads a prompt. Where something is wrong, the result is worth nothing and the violations say what. */
export function validPrompt(segments: readonly Segment[], check: PromptCheck): Prompt {
  const { field, newTokens, violations } = check;
  const { contextTokens } = check.config.text;
  const prompt = segments.flatMap((segment, i) => partOf(segment, `${field}[${i}]`, check) ?? []);
  const length = promptLength(prompt);
  if (length + newTokens > contextTokens) {
    const tokens = newTokens > 0 ? `${length} tokens and ${newTokens} new ones` : `${length} tokens`;
    violations.push({ field, description: `${tokens}, the context has ${contextTokens}` });
    return prompt;
  }
  if (length === 0 && violations.length === 0) violations.push({ field, description: 'must have at least one token' });
  return prompt;
}

function partOf({ content }: Segment, field: string, check: PromptCheck): PromptPart | undefined {
  const { config, violations } = check;
  switch (content?.$case) {
    case 'ids':
      checkIds(content.value.ids, headVocabulary('text', config), `${field}.ids.ids`, violations);
      return { kind: 'ids', ids: content.value.ids };
    case 'codes':
      checkIds(content.value.ids, headVocabulary('codes', config), `${field}.codes.ids`, violations);
      return { kind: 'codes', ids: content.value.ids };
    case 'features':
      return featuresPart(content.value, `${field}.features`, check);
    default:
      violations.push({ field: `${field}.content`, description: 'must be set' });
      return undefined;
  }
}

function featuresPart({ hash, rows }: FeaturesRef, field: string, { config, violations }: PromptCheck): PromptPart {
  if (hash.byteLength !== HASH_BYTES) {
    violations.push({ field: `${field}.hash`, description: `has ${hash.byteLength} bytes, a hash has ${HASH_BYTES}` });
  }
  if (rows !== config.vision.rows) {
    violations.push({ field: `${field}.rows`, description: `${rows} rows, a picture of this model has ${config.vision.rows}` });
  }
  return { kind: 'features', hash: hexOf(hash), rows };
}
