import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  assistantMessage,
  type ChatEvent,
  type ChatInput,
  Code,
  collectText,
  FinishReason,
  picture,
  userMessage
} from '@janus-mesh/client';
import type { Part } from '@janus-mesh/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestMesh, type TestMesh } from '../testing/test-mesh.ts';
import { valuesOf } from '../testing/values-of.ts';

const PICTURES = resolve(import.meta.dirname, '../../../../models/tiny-shapes/pictures');
const starAboveCircle = picture(readFileSync(resolve(PICTURES, 'star-above-circle.png')));
const threeHearts = picture(readFileSync(resolve(PICTURES, 'three-hearts.png')));

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh('tiny-shapes');
});
afterAll(() => mesh?.stop());

async function eventsOf(request: ChatInput): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of mesh.client.chat(request)) events.push(event);
  return events;
}

const finishedOf = (events: readonly ChatEvent[]) => valuesOf(events, 'finished')[0];
const startedOf = (events: readonly ChatEvent[]) => valuesOf(events, 'started')[0];
const tokenIds = (events: readonly ChatEvent[]) => events.flatMap((event) => (event.$case === 'delta' ? event.value.tokenIds : []));
const textOf = (events: readonly ChatEvent[]) => events.map((event) => (event.$case === 'delta' ? event.value.text : '')).join('');
const ask = (question: string, ...pictures: Part[]): ChatInput => ({
  messages: [userMessage(...pictures, question)]
});

describe('an answer', () => {
  test('comes as queued, started, deltas and finished, in this order', async () => {
    const events = await eventsOf(ask('How many hearts are there?', threeHearts));
    expect(events.map(({ $case }) => $case).join(' ')).toMatch(/^(queued )*started( delta)+ finished$/);
  });

  test('tells what was used, what it took and how long, in seconds', async () => {
    // Not read like this before, so that the transformer does not know its features.
    const unknown = { ...ask('Describe the image.', threeHearts), rawOrientation: true };
    const events = await eventsOf({ ...unknown, topK: 3, maxTokens: 2 });
    const started = startedOf(events);
    const finished = finishedOf(events);
    expect(started).toMatchObject({ sampling: { temperature: 0, topK: 3, topP: 1 }, maxTokens: 2 });
    expect(started?.revision).toMatch(/^[0-9a-f]{64}$/);
    expect(finished?.usage).toEqual({
      promptTokens: started?.promptTokens,
      completionTokens: 2,
      pictureTokens: 36,
      cachedPromptTokens: expect.any(Number)
    });
    const { queueSeconds = -1, firstTokenSeconds = -1, totalSeconds = -1, visionSeconds = -1 } = finished?.timings ?? {};
    expect(visionSeconds).toBeGreaterThan(0);
    expect(queueSeconds).toBeLessThan(firstTokenSeconds);
    expect(firstTokenSeconds).toBeGreaterThan(visionSeconds);
    expect(totalSeconds).toBeGreaterThanOrEqual(firstTokenSeconds);
    expect(totalSeconds).toBeLessThan(60);
  });

  test('is the same however its text is ended: by length, by a stop text across tokens, by the model', async () => {
    const whole = await eventsOf(ask('Describe the image.', starAboveCircle));
    const text = textOf(whole);
    expect(finishedOf(whole)?.reason).toBe(FinishReason.FINISH_REASON_END_OF_SEQUENCE);
    const cut = text.slice(4, -3);
    const stopped = await eventsOf({ ...ask('Describe the image.', starAboveCircle), stop: ['never seen', cut] });
    expect(textOf(stopped)).toBe(text.slice(0, 4));
    expect(finishedOf(stopped)).toMatchObject({
      reason: FinishReason.FINISH_REASON_STOP_TEXT,
      usage: { completionTokens: tokenIds(stopped).length }
    });
    expect(tokenIds(whole).slice(0, tokenIds(stopped).length)).toEqual(tokenIds(stopped));
    const short = await eventsOf({ ...ask('Describe the image.', starAboveCircle), maxTokens: 2 });
    expect(tokenIds(short)).toEqual(tokenIds(whole).slice(0, 2));
    expect(finishedOf(short)?.reason).toBe(FinishReason.FINISH_REASON_LENGTH);
  });

  test('shows what was held back for a stop text that never came', async () => {
    const text = await collectText(mesh.client.chat(ask('Describe the image.', starAboveCircle)));
    const stop = [`${text} and more`];
    expect(await collectText(mesh.client.chat({ ...ask('Describe the image.', starAboveCircle), stop }))).toBe(text);
  });

  test('is drawn again with the seed it tells', async () => {
    const request = { ...ask('Describe the image.', threeHearts), temperature: 2 };
    const [first, second] = [await eventsOf(request), await eventsOf(request)];
    const seeds = [first, second].map((events) => startedOf(events)?.sampling?.seed);
    expect(seeds[0]).not.toBe(seeds[1]);
    const again = await eventsOf({ ...request, ...(seeds[0] !== undefined && { seed: seeds[0] }) });
    expect(tokenIds(again)).toEqual(tokenIds(first));
  });

  test('goes on from earlier turns, and looks at every picture in its place', async () => {
    const messages = [
      userMessage(starAboveCircle, 'Describe the image.'),
      assistantMessage('A star above a circle.'),
      userMessage(threeHearts, threeHearts, 'How many hearts are there?')
    ];
    const finished = finishedOf(await eventsOf({ messages }));
    expect(finished?.usage?.pictureTokens).toBe(3 * 36);
  });
});

describe('the prompt', () => {
  const countOf = async (request: ChatInput) => (await mesh.client.countTokens({ $case: 'chat', value: request })).promptTokens;

  test('is counted as it would be run', async () => {
    const request = ask('What color is the star?', starAboveCircle);
    const counted = await mesh.client.countTokens({ $case: 'chat', value: request });
    const started = startedOf(await eventsOf(request));
    expect(counted).toEqual({ promptTokens: started?.promptTokens, pictureTokens: 36, remainingTokens: 1024 - counted.promptTokens });
  });

  test('has a line break after a picture unless parts are verbatim', async () => {
    const request = ask('Is there a red star?', starAboveCircle);
    expect(await countOf({ ...request, verbatimParts: true })).toBe((await countOf(request)) - 1);
  });

  test('has the trained system prompt where none is given, and none where it is empty', async () => {
    const trained =
      'You are a helpful language and vision assistant. You are able to understand the visual content that the user provides, ' +
      'and assist the user with a variety of tasks using natural language.';
    const request = ask('Is there a red star?');
    expect(await countOf(request)).toBe(await countOf({ ...request, systemPrompt: trained }));
    expect(await countOf({ ...request, systemPrompt: '' })).toBeLessThan(await countOf({ ...request, systemPrompt: 'Be short.' }));
  });

  test('takes spelled special tokens as tokens, or as text where they are literal', async () => {
    const request = ask('<begin_of_image>');
    expect(await countOf({ ...request, literalSpecials: true })).toBeGreaterThan((await countOf(request)) + 3);
  });
});

describe('a chat is refused', () => {
  test('for a picture that is none, at its place in the request, and leaves nothing behind', async () => {
    const broken = picture(Buffer.from('no picture at all'));
    const messages = [userMessage(broken, 'a'), assistantMessage('b'), userMessage(starAboveCircle, broken, 'c')];
    await expect(collectText(mesh.client.chat({ messages }))).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      reason: 'NOT_A_PICTURE',
      violations: [{ field: 'messages[0].parts[0].picture.data' }, { field: 'messages[2].parts[1].picture.data' }]
    });
    await expect.poll(async () => (await busy()).join()).toBe('');
  });

  test('with the numbers where prompt and answer are too long for the context', async () => {
    const long = ask('the '.repeat(1500));
    const { promptTokens } = await mesh.client.countTokens({ $case: 'chat', value: long });
    await expect(collectText(mesh.client.chat(long))).rejects.toMatchObject({
      reason: 'CONTEXT_EXCEEDED',
      violations: [{ field: 'messages', description: `prompt has ${promptTokens} tokens, the context of 1024 leaves none for the answer` }]
    });
    const short = ask('Is there a red star?');
    const { promptTokens: few, remainingTokens } = await mesh.client.countTokens({ $case: 'chat', value: short });
    await expect(collectText(mesh.client.chat({ ...short, maxTokens: 1024 }))).rejects.toMatchObject({
      violations: [
        { field: 'max_tokens', description: `is 1024, a prompt of ${few} tokens leaves ${remainingTokens} of the context of 1024` }
      ]
    });
  });

  test('at once where it is far too long to be counted', async () => {
    await expect(collectText(mesh.client.chat(ask('x '.repeat(60_000))))).rejects.toMatchObject({
      violations: [{ field: 'messages', description: 'prompt has more than 16384 tokens, the context holds 1024' }]
    });
  });
});

describe('a chat that is not wanted any more', () => {
  test('is given up in every tier when its reader leaves', async () => {
    for await (const event of mesh.client.chat(endless())) if (event.$case === 'delta') break;
    await expect.poll(async () => (await busy()).join()).toBe('');
  });

  test('is given up in every tier at its deadline', async () => {
    const late = collectText(mesh.client.chat(endless(), { deadline: Date.now() + 100 }));
    await expect(late).rejects.toMatchObject({ code: Code.DEADLINE_EXCEEDED });
    await expect.poll(async () => (await busy()).join()).toBe('');
  });

  /** So hot that any token may come; with this seed the model does not end it for long. */
  const endless = (): ChatInput => ({ ...ask('Describe the image.'), temperature: 100, seed: 1n, maxTokens: 900 });
});

/** What still runs or waits, by tier. */
async function busy(): Promise<string[]> {
  const { tiers } = await mesh.client.getStatus();
  return tiers.flatMap(({ tier, replicas }) =>
    replicas.filter(({ queued, running, kvBytesUsed }) => queued + running > 0 || kvBytesUsed > 0n).map(() => tier)
  );
}
