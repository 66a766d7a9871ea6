import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FinishReason, type GenerateStart, type LogitHash, type NumericsFingerprint, SampleFinishReason } from '@janus-mesh/contracts';
import { loadTokenizer } from '@janus-mesh/tokenizer';
import { describe, expect, test } from 'vitest';
import { valuesOf } from '../testing/values-of.ts';
import { AnswerText } from './answer-text.ts';
import { type ChatEvent, chatAnswer } from './chat-answer.ts';
import { PictureFeed } from './picture-feed.ts';
import { RequestTimes } from './request-times.ts';
import type { GenerateEvent } from './run-generate.ts';

const tokenizer = loadTokenizer(readFileSync(resolve(import.meta.dirname, '../../../../test/goldens/tiny-pro/tokenizer.json'), 'utf8'));
const EOS = 1857;
const idsOf = (text: string) => tokenizer.encode(text).slice(1);

const fingerprint = { digest: 'd' } as NumericsFingerprint;
const admitted: GenerateEvent = { $case: 'admitted', value: { neededFeatures: [], cachedPromptTokens: 4 }, fingerprint };
const tokens = (ids: number[], positionHashes: LogitHash[] = []): GenerateEvent => ({
  $case: 'tokens',
  value: { sampleIndex: 0, ids, logitHashes: [], positionHashes }
});
const ended = (reason: SampleFinishReason): GenerateEvent => {
  return { $case: 'finished', value: { sampleIndex: 0, reason, promptTokens: 7, newTokens: 3 } };
};
const atLength = ended(SampleFinishReason.SAMPLE_FINISH_REASON_LENGTH);
const atStopId = ended(SampleFinishReason.SAMPLE_FINISH_REASON_STOP_ID);

/** What an answer is made of, where the transformer says this. */
async function answer(said: readonly GenerateEvent[], stop: readonly string[] = []): Promise<{ events: ChatEvent[]; read: number }> {
  let read = 0;
  async function* saying() {
    for (const event of said) {
      read += 1;
      yield event;
    }
  }
  const pictures = new PictureFeed([], {
    stillMs: 60_000,
    encode: () => {
      throw new Error('there are no pictures');
    },
    atOnce: 1,
    signal: new AbortController().signal,
    onWait: () => () => {}
  });
  const start = {
    revision: 'abc',
    prompt: [],
    maxNewTokens: 9,
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 5n }
  } as unknown as GenerateStart;
  const prompt = { segments: [], pictures: [], tokens: 7, pictureTokens: 0 };
  const text = new AnswerText(tokenizer.detokenizer(), stop);
  const events: ChatEvent[] = [];
  const parts = { start, prompt, text, pictures, times: new RequestTimes(() => 0) };
  for await (const event of chatAnswer(saying(), parts)) events.push(event);
  return { events, read };
}

const deltas = (events: readonly ChatEvent[]) => valuesOf(events, 'delta').map(({ text, tokenIds }) => [text, tokenIds]);
const finished = (events: readonly ChatEvent[]) => valuesOf(events, 'finished')[0];

describe('an answer', () => {
  test('tells the queue, what was resolved, and ends with why', async () => {
    const queued: GenerateEvent = { $case: 'queued', value: { position: 2 } };
    const { events } = await answer([queued, admitted, tokens([EOS]), atStopId]);
    expect(events.map(({ $case }) => $case)).toEqual(['queued', 'started', 'delta', 'finished']);
    expect(events[0]?.value).toEqual({ position: 2 });
    expect(events[1]?.value).toMatchObject({ revision: 'abc', maxTokens: 9, promptTokens: 7, sampling: { seed: 5n } });
    expect(finished(events)).toMatchObject({
      reason: FinishReason.FINISH_REASON_END_OF_SEQUENCE,
      usage: { promptTokens: 7, completionTokens: 1, pictureTokens: 0, cachedPromptTokens: 4 }
    });
  });

  test('has the end of sequence among its ids, but not in its text', async () => {
    const hi = idsOf('Hi');
    const { events } = await answer([admitted, tokens([...hi, EOS]), atStopId]);
    expect(deltas(events)).toEqual([['Hi', [...hi, EOS]]]);
  });

  test('gives a character with its last token, and what stays incomplete at the end', async () => {
    const cat = idsOf('猫');
    expect(cat.length).toBeGreaterThan(1);
    const whole = await answer([admitted, ...cat.map((id) => tokens([id])), atLength]);
    expect(deltas(whole.events).map(([text]) => text)).toEqual([...cat.slice(1).map(() => ''), '猫']);
    const broken = await answer([admitted, tokens(cat.slice(0, -1)), atLength]);
    expect(deltas(broken.events)).toEqual([
      ['', cat.slice(0, -1)],
      ['\ufffd', []]
    ]);
    expect(finished(broken.events)?.reason).toBe(FinishReason.FINISH_REASON_LENGTH);
  });

  test('ends at a stop text in the middle of a message, with the tokens up to it, and reads no further', async () => {
    const ids = [...idsOf('One'), ...idsOf(' END'), ...idsOf(' two')];
    const { events, read } = await answer([admitted, tokens(ids), tokens(idsOf('three')), atLength], [' END']);
    const taken = ids.slice(0, -idsOf(' two').length);
    expect(deltas(events)).toEqual([['One', taken]]);
    expect(finished(events)).toMatchObject({ reason: FinishReason.FINISH_REASON_STOP_TEXT, usage: { completionTokens: taken.length } });
    expect(read).toBe(2);
  });

  test('has a receipt of the tokens that it is made of', async () => {
    const hashes = [0, 1, 7].map((position) => ({ position, hash: BigInt(position) + 100n }));
    const ids = [...idsOf('One'), ...idsOf(' END'), ...idsOf(' two')];
    const { events } = await answer([admitted, tokens(ids, hashes)], [' END']);
    const taken = ids.length - idsOf(' two').length;
    expect(finished(events)?.receipt).toEqual({
      revision: 'abc',
      fingerprint,
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 5n },
      guidanceWeight: 0,
      maxTokens: 9,
      featureHashes: [],
      logitHashes: hashes.filter(({ position }) => position < taken)
    });
  });

  test('ends at a stop text that only the last, incomplete character completes', async () => {
    const cut = idsOf('猫').slice(0, -1);
    const { events } = await answer([admitted, tokens([...idsOf('a'), ...cut]), atLength], ['\ufffd']);
    expect(deltas(events)).toEqual([['a', [...idsOf('a'), ...cut]]]);
    expect(finished(events)?.reason).toBe(FinishReason.FINISH_REASON_STOP_TEXT);
  });
});
