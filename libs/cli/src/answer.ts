import type { MeshClient } from '@janus-mesh/client';
import { type ChatFinished, FinishReason, type Message } from '@janus-mesh/contracts';
import type { Command } from 'commander';
import { jsonLine } from './json-line.ts';
import { decimalNumber, seedNumber, wholeNumber } from './options.ts';
import { style } from './terminal/style.ts';

/** Tokens after the first from which on a rate says something. */
const FEWEST_TIMED = 4;

/** How an answer is generated and shown. */
export interface AnswerOptions {
  readonly json: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: bigint;
  readonly system?: string;
}

/** Adds the options of commands that answer in text. */
export function addAnswerOptions(command: Command): Command {
  return command
    .option('--max-tokens <n>', 'most tokens to generate', wholeNumber(1, 2 ** 31))
    .option('--temperature <t>', '0 takes the most likely token', decimalNumber(0, 100))
    .option('--top-p <p>', 'draw among the tokens that reach this probability', decimalNumber(0, 1))
    .option('--seed <n>', 'seed of the draw', seedNumber)
    .option('--system <text>', "system prompt (default: the model's own; empty: none)");
}

/**
 * Streams the answer to a conversation to stdout.
 *
 * @returns the answer's text
 */
export async function answer(mesh: MeshClient, messages: Message[], options: AnswerOptions, signal?: AbortSignal): Promise<string> {
  let text = '';
  const stream = mesh.chat(
    {
      messages,
      maxTokens: options.maxTokens,
      temperature: options.temperature,
      topP: options.topP,
      seed: options.seed,
      systemPrompt: options.system
    },
    signal ? { signal } : {}
  );
  for await (const event of stream) {
    if (options.json) process.stdout.write(jsonLine(event));
    if (event.$case === 'delta') {
      // Byte-level tokenizers put a blank before the first word.
      const shown = printable(text === '' ? event.value.text.trimStart() : event.value.text);
      text += shown;
      if (!options.json) process.stdout.write(shown);
    }
    if (event.$case === 'finished' && !options.json) process.stdout.write(`\n${style(process.stdout, 'gray', summary(event.value))}\n`);
  }
  return text;
}

/** Text without the control characters a model may write: a terminal would obey them. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}

function summary(finished: ChatFinished): string {
  const { usage, timings, reason } = finished;
  const later = (usage?.completionTokens ?? 0) - 1;
  const seconds = (timings?.totalSeconds ?? 0) - (timings?.firstTokenSeconds ?? 0);
  const rate = later >= FEWEST_TIMED && seconds > 0 ? `, ${(later / seconds).toFixed(0)} tokens/s` : '';
  const cut = reason === FinishReason.FINISH_REASON_LENGTH ? ', cut at max tokens' : '';
  return `${usage?.promptTokens} + ${usage?.completionTokens} tokens, first after ${timings?.firstTokenSeconds.toFixed(2)} s${rate}${cut}`;
}
