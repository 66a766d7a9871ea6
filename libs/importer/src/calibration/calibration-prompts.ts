import { conversationPrompt, generationPrompt, type ModelConfig, promptSegments, unconditionalIds } from '@janus-mesh/models';
import type { Tokenizer } from '@janus-mesh/tokenizer';
import { randomFrom } from '../random.ts';

/** What a row of activations starts from. */
export type CalibrationRow =
  | { readonly kind: 'id'; readonly id: number }
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'feature'; readonly row: number };

/** Prompts of equal length, of each kind a mesh sees. */
export interface CalibrationPrompts {
  /** Rows of all prompts, one prompt after another. */
  readonly rows: readonly CalibrationRow[];
  /** Tokens of each prompt. */
  readonly length: number;
}

const LENGTH = 128;
const SEED = 7;

const TEXTS: readonly string[] = [
  `Explain how a bicycle stays upright, in a few sentences. A moving bicycle is kept upright by steering: when it leans to one side, the
front wheel turns to that side, and the path curves so that the wheels come back under the rider. In 1970 David Jones built bicycles
that could not be ridden, to find out why; 3 of 4 could be ridden all the same.`,
  `export function median(values: number[]): number {\n  const sorted = [...values].sort((a, b) => a - b);\n  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;\n}\n\n{"name": "median", "version": "1.0.3", "ok": true}`,
  `请描述一下这幅画。Ein kurzer Satz auf Deutsch; une phrase en français. | a | b |\n|---|---|\n| 1.5 | -2e-3 |\n\n1. First, 2. second, 3. third!`
];
const QUESTION = 'Describe the picture: what is in the middle, what is to its left, and which colours do you see?';
const DRAWINGS: readonly string[] = [
  'A close-up photo of an old lighthouse on a rocky coast at sunset, warm light, long exposure, highly detailed.',
  'a red circle above a blue square',
  'Two cats and a yellow vase on a wooden table, watercolour'
];

/**
 * Makes the prompts a model is measured on: text and code to go on with, questions about a picture, pictures being drawn with the prompt
 * and without it. The same for the same model.
 *
 * @param tokens of all prompts together, about
 * @param features rows of aligned picture features there are to put in
 */
export function calibrationPrompts(config: ModelConfig, tokenizer: Tokenizer, tokens: number, features: number): CalibrationPrompts {
  const length = Math.min(LENGTH, config.text.contextTokens);
  const count = Math.max(4, Math.round(tokens / length));
  const random = randomFrom(SEED);
  const kinds = [textPrompt, picturePrompt, drawingPrompt, undirectedPrompt];
  const prompts = Array.from({ length: count }, (_, i) =>
    (kinds[i % kinds.length] as PromptMaker)({ config, tokenizer, length, features, random, variant: Math.floor(i / kinds.length) })
  );
  return { rows: prompts.flatMap((rows) => filled(rows, length)), length };
}

interface PromptParts {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly length: number;
  readonly features: number;
  readonly random: () => number;
  readonly variant: number;
}

type PromptMaker = (parts: PromptParts) => CalibrationRow[];

function textPrompt({ config, tokenizer, variant }: PromptParts): CalibrationRow[] {
  const text = TEXTS[variant % TEXTS.length] as string;
  const messages = [{ role: 'user' as const, content: [{ text }] }];
  const system = [{ text: config.prompt.defaultSystemPrompt }];
  return ids(tokenizer.encode(conversationPrompt(config.prompt, { system, messages })));
}

function picturePrompt({ config, tokenizer, length, features, variant }: PromptParts): CalibrationRow[] {
  const text = `${config.tokens.imagePlaceholder.text}\n${QUESTION}`;
  const messages = [
    { role: 'user' as const, content: [{ text }] },
    { role: 'assistant' as const, content: [] }
  ];
  const whole = tokenizer.encode(conversationPrompt(config.prompt, { system: [], messages }));
  const shown = Math.min(features, Math.floor(length / 2));
  const picture = Array.from({ length: shown }, (_, i) => ({
    kind: 'feature' as const,
    row: (Math.floor((i * features) / shown) + variant) % features
  }));
  return promptSegments(whole, config.tokens).flatMap((segment) => (segment.kind === 'ids' ? ids(segment.ids) : picture));
}

function drawingPrompt(parts: PromptParts): CalibrationRow[] {
  return [...ids(drawingIds(parts)), ...codes(parts)];
}

function undirectedPrompt(parts: PromptParts): CalibrationRow[] {
  return [...ids(unconditionalIds(drawingIds(parts), parts.config.tokens)), ...codes(parts)];
}

function drawingIds({ config, tokenizer, variant }: PromptParts): number[] {
  return tokenizer.encode(generationPrompt(config, { text: DRAWINGS[variant % DRAWINGS.length] as string }));
}

function codes({ config, length, random }: PromptParts): CalibrationRow[] {
  return Array.from({ length }, () => ({ kind: 'code', code: Math.floor(random() * config.codec.codebookSize) }));
}

function ids(list: readonly number[]): CalibrationRow[] {
  return list.map((id) => ({ kind: 'id', id }));
}

// Cut to the length, or gone on with its own rows but the first.
function filled(rows: readonly CalibrationRow[], length: number): CalibrationRow[] {
  return Array.from({ length }, (_, i) => (i < rows.length ? rows[i] : rows[1 + ((i - 1) % (rows.length - 1))]) as CalibrationRow);
}
