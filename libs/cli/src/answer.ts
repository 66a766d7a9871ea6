import type { ChatEvent, ChatInput, MeshClient } from '@janus-mesh/client';
import { type ChatFinished, FinishReason } from '@janus-mesh/contracts';
import type { AnswerOptions } from './answer-options.ts';
import { jsonLine } from './json-line.ts';
import { untilLost } from './mesh/until-lost.ts';
import { StatusLine } from './terminal/status-line.ts';
import { style } from './terminal/style.ts';
import { namePictures, type Turn, toMessages } from './turn.ts';

/** Tokens after the first from which on a rate says something. */
const FEWEST_TIMED = 4;

/** An answer, as far as it came. */
export interface Answer {
  readonly text: string;
  readonly tokenIds: readonly number[];
  /** Unset if the answer was stopped. */
  readonly finished: ChatFinished | undefined;
}

/** Asks for the answer to a conversation. @returns the events; a refused picture is named by its file */
export async function* ask(
  mesh: MeshClient,
  turns: readonly Turn[],
  options: AnswerOptions,
  signal?: AbortSignal
): AsyncGenerator<ChatEvent> {
  const request: ChatInput = {
    messages: toMessages(turns),
    maxTokens: options.maxTokens,
    temperature: options.temperature,
    topK: options.topK,
    topP: options.topP,
    seed: options.seed,
    stop: [...(options.stop ?? [])],
    systemPrompt: options.system,
    rawOrientation: options.rawOrientation,
    literalSpecials: options.literalSpecials
  };
  try {
    yield* untilLost(mesh.chat(request, signal ? { signal } : {}), 'answering');
  } catch (error) {
    throw namePictures(error, turns);
  }
}

/**
 * Streams the answer to a conversation to stdout.
 *
 * @param signal stops the answer; what had come is returned
 */
export async function answer(mesh: MeshClient, turns: readonly Turn[], options: AnswerOptions, signal?: AbortSignal): Promise<Answer> {
  const tokenIds: number[] = [];
  let text = '';
  let finished: ChatFinished | undefined;
  const status = new StatusLine(process.stderr);
  try {
    for await (const event of ask(mesh, turns, options, signal)) {
      if (options.json) process.stdout.write(jsonLine(event));
      if (event.$case === 'queued') status.show(`waiting for room in the mesh, ${event.value.position} before you`);
      else status.clear();
      if (event.$case === 'delta') {
        tokenIds.push(...event.value.tokenIds);
        // Byte-level tokenizers put a blank before the first word.
        const shown = printable(text === '' ? event.value.text.trimStart() : event.value.text);
        text += shown;
        if (!options.json) process.stdout.write(shown);
      }
      if (event.$case === 'finished') finished = event.value;
    }
  } catch (error) {
    status.clear();
    if (text !== '' && !options.json) process.stdout.write('\n');
    if (!signal?.aborted) throw error;
  }
  if (finished && !options.json) process.stdout.write(`\n${style(process.stdout, 'gray', summary(finished))}\n`);
  return { text, tokenIds, finished };
}

/** Text without the control characters a model may write: a terminal would obey them. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}

function summary(finished: ChatFinished): string {
  const { usage, timings, reason, receipt } = finished;
  const later = (usage?.completionTokens ?? 0) - 1;
  const seconds = (timings?.totalSeconds ?? 0) - (timings?.firstTokenSeconds ?? 0);
  const rate = later >= FEWEST_TIMED && seconds > 0 ? `, ${(later / seconds).toFixed(0)} tokens/s` : '';
  const cut = reason === FinishReason.FINISH_REASON_LENGTH ? ', cut at max tokens' : '';
  const seed = receipt?.sampling && receipt.sampling.temperature > 0 ? `, seed ${receipt.sampling.seed}` : '';
  const known = usage?.cachedPromptTokens ? ` (${usage.cachedPromptTokens} known)` : '';
  return `${usage?.promptTokens}${known} + ${usage?.completionTokens} tokens, first after ${timings?.firstTokenSeconds.toFixed(2)} s${rate}${cut}${seed}`;
}
