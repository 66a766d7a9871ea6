import { type ChatResponse, FinishReason, type GenerateStart, type SampleFinished, SampleFinishReason } from '@janus-mesh/contracts';
import type { ChatPrompt } from '../prompt/chat-prompt.ts';
import type { AnswerText } from './answer-text.ts';
import type { PictureFeed } from './picture-feed.ts';
import { Receipts } from './receipts.ts';
import type { RequestTimes } from './request-times.ts';
import type { GenerateEvent } from './run-generate.ts';

/** An event of an answer, as the caller gets it. */
export type ChatEvent = NonNullable<ChatResponse['event']>;

/** What an answer is made from. */
export interface ChatAnswerParts {
  readonly start: GenerateStart;
  readonly prompt: ChatPrompt;
  readonly text: AnswerText;
  readonly pictures: PictureFeed;
  readonly times: RequestTimes;
}

interface Outcome {
  readonly reason: FinishReason;
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
}

/** Turns the transformer's events into an answer. Ends early, which cancels the generation, at a stop text. */
export async function* chatAnswer(
  events: AsyncIterable<GenerateEvent>,
  parts: ChatAnswerParts
): AsyncGenerator<ChatEvent, void, undefined> {
  const { text, times } = parts;
  const receipts = new Receipts(parts.start);
  let reason: FinishReason = FinishReason.FINISH_REASON_UNSPECIFIED;
  let cachedPromptTokens = 0;
  let completionTokens = 0;
  for await (const event of events) {
    switch (event.$case) {
      case 'queued':
        yield { $case: 'queued', value: { position: event.value.position } };
        break;
      case 'admitted':
        times.admitted();
        receipts.generatedBy(event.fingerprint);
        cachedPromptTokens = event.value.cachedPromptTokens;
        parts.pictures.need(event.value.neededFeatures);
        yield started(parts);
        break;
      case 'tokens': {
        times.token(event.value.ids.length);
        receipts.add(event.value);
        const step = text.push(event.value.ids);
        completionTokens += step.tokenIds.length;
        yield { $case: 'delta', value: { text: step.text, tokenIds: step.tokenIds } };
        if (step.isStopped) {
          yield finished(parts, receipts, { reason: FinishReason.FINISH_REASON_STOP_TEXT, cachedPromptTokens, completionTokens });
          return;
        }
        break;
      }
      case 'finished':
        reason = toReason(event.value);
        break;
    }
  }
  const rest = text.finish();
  if (rest.text !== '') yield { $case: 'delta', value: { text: rest.text, tokenIds: [] } };
  if (rest.isStopped) reason = FinishReason.FINISH_REASON_STOP_TEXT;
  yield finished(parts, receipts, { reason, cachedPromptTokens, completionTokens });
}

function started({ start, prompt }: ChatAnswerParts): ChatEvent {
  const { revision, sampling, maxNewTokens: maxTokens } = start;
  return { $case: 'started', value: { revision, sampling, maxTokens, promptTokens: prompt.tokens } };
}

function toReason({ reason }: SampleFinished): FinishReason {
  return reason === SampleFinishReason.SAMPLE_FINISH_REASON_STOP_ID
    ? FinishReason.FINISH_REASON_END_OF_SEQUENCE
    : FinishReason.FINISH_REASON_LENGTH;
}

function finished(
  { prompt: { tokens: promptTokens, pictureTokens }, times }: ChatAnswerParts,
  receipts: Receipts,
  { reason, cachedPromptTokens, completionTokens }: Outcome
): ChatEvent {
  const usage = { promptTokens, completionTokens, pictureTokens, cachedPromptTokens };
  return { $case: 'finished', value: { reason, usage, timings: times.toTimings(), receipt: receipts.of(0, completionTokens) } };
}
