import { readFile } from 'node:fs/promises';
import type { Bundle } from '@janus-mesh/bundle';
import { encodePng } from '@janus-mesh/image';
import {
  conversationPrompt,
  generationPrompt,
  type ModelConfig,
  type PromptSegment,
  promptSegments,
  unconditionalIds
} from '@janus-mesh/models';
import { loadTokenizer, type Tokenizer } from '@janus-mesh/tokenizer';
import { madePicture } from '../calibration/calibration-pictures.ts';

/** What two models are compared on. */
export interface VerificationPlan {
  /** Picture files. */
  readonly pictures: readonly Uint8Array[];
  /** Guidance pairs; codes follow them. */
  readonly drawings: readonly { readonly prompt: readonly number[]; readonly negative: readonly number[] }[];
  /** Codes along which a drawing's logits are compared. */
  readonly codes: number;
  /** Questions that answers follow, in segments. */
  readonly questions: readonly (readonly PromptSegment[])[];
  /** Most tokens of an answer. */
  readonly answerTokens: number;
  /** Ids of a text; all but the first are predicted. */
  readonly text: readonly number[];
  /** Tokens of the whole text, of which `text` is the start. */
  readonly textTokens: number;
}

const DRAWINGS: readonly string[] = [
  'a red circle',
  'a yellow ring above a blue square',
  'A stunning princess from Kabul in red and white traditional clothing, blue eyes, brown hair',
  'two red hearts and a blue ring'
];

/** The first two are about the first picture. */
const QUESTIONS: readonly { readonly text: string; readonly showsPicture: boolean }[] = [
  { text: 'Describe the image.', showsPicture: true },
  { text: 'Is there a red circle?', showsPicture: true },
  { text: 'Who are you, and what can you draw?', showsPicture: false }
];
const ANSWER_TOKENS = 48;
/** Most tokens of the text. */
const TEXT_TOKENS = 512;

const TEXT = `The lighthouse keeper wrote one line a day: wind, weather, ships. On the third of May, 1911, he wrote two. The first said that
the lamp had burned all night; the second, in another hand, that nobody had lit it. His granddaughter, who keeps the book now, thinks
that he wanted to be asked about it, and that nobody ever did.`;

/**
 * Makes the plan for a bundle: the same for the same model, so that both sides are asked the same.
 *
 * @param options.text to predict; @default a short story
 * @param options.codes @default a whole picture, at most 96
 * @param options.pictures files; @default a made one
 */
export async function verificationPlan(
  { manifest, tokenizerPath }: Bundle,
  options: { readonly text?: string | undefined; readonly codes?: number | undefined; readonly pictures?: readonly Uint8Array[] } = {}
): Promise<VerificationPlan> {
  const { config } = manifest;
  const tokenizer = loadTokenizer(JSON.parse(await readFile(tokenizerPath, 'utf8')), { bos: config.tokens.bos.id });
  const cells = config.codec.grid ** 2;
  const text = tokenizer.encode(options.text ?? TEXT);
  return {
    pictures: options.pictures?.length ? options.pictures : [await encodePng(madePicture(config.preprocess.imageSize))],
    drawings: DRAWINGS.map((text) => {
      const prompt = tokenizer.encode(generationPrompt(config, { text }));
      return { prompt, negative: unconditionalIds(prompt, config.tokens) };
    }),
    codes: Math.min(cells, options.codes ?? 96),
    questions: QUESTIONS.map((question) => questionSegments(config, tokenizer, question)),
    answerTokens: ANSWER_TOKENS,
    text: text.slice(0, Math.min(TEXT_TOKENS, config.text.contextTokens)),
    textTokens: text.length
  };
}

function questionSegments(config: ModelConfig, tokenizer: Tokenizer, { text, showsPicture }: (typeof QUESTIONS)[number]): PromptSegment[] {
  const content = [{ text: showsPicture ? `${config.tokens.imagePlaceholder.text}\n${text}` : text }];
  const messages = [
    { role: 'user' as const, content },
    { role: 'assistant' as const, content: [] }
  ];
  const system = [{ text: config.prompt.defaultSystemPrompt }];
  return promptSegments(tokenizer.encode(conversationPrompt(config.prompt, { system, messages })), config.tokens);
}
