import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ChatEvent, type ChatInput, collectPictures, FinishReason, picture, userMessage } from '@janus-mesh/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestMesh, type TestMesh } from './testing/test-mesh.ts';

const GOLDENS = resolve(import.meta.dirname, '../../../test/goldens/tiny-pro');

interface TextCase {
  readonly name: string;
  readonly system: string;
  readonly messages: readonly { readonly content: string }[];
  readonly images: readonly string[];
  readonly ids: readonly number[];
  readonly new_ids: readonly number[];
  readonly new_text: string;
}

const cases = JSON.parse(readFileSync(join(GOLDENS, 'cases.json'), 'utf8')) as {
  image_tokens: number;
  text: readonly TextCase[];
  text_stop: TextCase & { readonly max_new_tokens: number };
  generation_prompts: readonly { readonly name: string; readonly text: string; readonly ids: readonly number[] }[];
  image_runs: readonly {
    readonly name: string;
    readonly prompt: string;
    readonly weight: number;
    readonly forced: boolean;
    readonly ids: readonly number[];
  }[];
};
const pictureFile = (name: string) => readFileSync(join(GOLDENS, 'images', `${name}.png`));

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh('tiny-pro');
});
afterAll(() => mesh?.stop());

/** The request that a golden case stands for. */
function chatOf({ system, messages, images = [] }: TextCase): ChatInput {
  const question = messages[0]?.content.replaceAll('<image_placeholder>\n', '') ?? '';
  const parts = images.map((name) => picture(pictureFile(name)));
  return { systemPrompt: system, messages: [userMessage(...parts, question)] };
}

async function eventsOf(request: ChatInput): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of mesh.client.chat(request)) events.push(event);
  return events;
}

function joined(events: readonly ChatEvent[]): { ids: number[]; text: string } {
  const deltas = events.flatMap((event) => (event.$case === 'delta' ? [event.value] : []));
  return { ids: deltas.flatMap(({ tokenIds }) => tokenIds), text: deltas.map(({ text }) => text).join('') };
}

const finishedOf = (events: readonly ChatEvent[]) => events.flatMap((event) => (event.$case === 'finished' ? [event.value] : []))[0];

describe('a greedy answer is the golden one', () => {
  test.each(cases.text)('$name', async (golden) => {
    const events = await eventsOf({ ...chatOf(golden), maxTokens: golden.new_ids.length });
    expect(joined(events)).toEqual({ ids: golden.new_ids, text: golden.new_text });
    expect(finishedOf(events)).toMatchObject({
      reason: FinishReason.FINISH_REASON_LENGTH,
      usage: {
        promptTokens: golden.ids.length,
        completionTokens: golden.new_ids.length,
        pictureTokens: golden.images.length * cases.image_tokens
      }
    });
  });

  test('text_stop, ended by the model: the end of sequence is among the ids, not in the text', async () => {
    const golden = cases.text_stop;
    const events = await eventsOf({ ...chatOf(golden), maxTokens: golden.max_new_tokens });
    expect(joined(events)).toEqual({ ids: golden.new_ids, text: golden.new_text });
    expect(finishedOf(events)?.reason).toBe(FinishReason.FINISH_REASON_END_OF_SEQUENCE);
  });
});

describe('a picture at temperature 0 is the golden one', () => {
  test.each(cases.image_runs.filter(({ forced }) => !forced))('$name', async ({ prompt, weight, ids }) => {
    const text = cases.generation_prompts.find(({ name }) => name === prompt)?.text ?? '';
    const [drawn] = await collectPictures(mesh.client.generateImage({ prompt: text, guidanceWeight: weight, temperature: 0 }));
    expect(drawn?.codeIds).toEqual(ids);
    expect(drawn).toMatchObject({ width: 64, height: 64, decodeError: undefined });
  });
});
