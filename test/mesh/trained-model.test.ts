import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FinishReason, Role } from '@janus-mesh/contracts';
import { decodePicture } from '@janus-mesh/image';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';

// Recorded from Hugging Face's JanusForConditionalGeneration by test/parity/record.py, never from the mesh.
const recorded = JSON.parse(readFileSync(resolve(import.meta.dirname, '../parity/tiny-shapes.json'), 'utf8')) as {
  guidance_weight: number;
  drawings: { prompt: string; prompt_ids: number[]; code_ids: number[]; mean_rgb: [number, number, number] }[];
  answers: { picture: string; question: string; prompt_ids: number[]; token_ids: number[]; text: string }[];
};

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
});

const picture = (name: string) => readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures', `${name}.png`));

describe('answers of the trained model', () => {
  test.each(recorded.answers)('$picture: $question → $text', async ({ picture: name, question, prompt_ids, token_ids, text }) => {
    const parts = [
      { content: { $case: 'picture' as const, value: { data: picture(name) } } },
      { content: { $case: 'text' as const, value: question } }
    ];
    const got = { text: '', ids: [] as number[], promptTokens: 0, reason: 0 as FinishReason };
    for await (const event of mesh.client.chat({ messages: [{ role: Role.ROLE_USER, parts }] })) {
      if (event.$case === 'started') got.promptTokens = event.value.promptTokens;
      if (event.$case === 'finished') got.reason = event.value.reason;
      if (event.$case !== 'delta') continue;
      got.text += event.value.text;
      got.ids.push(...event.value.tokenIds);
    }
    expect(got).toEqual({ text, ids: token_ids, promptTokens: prompt_ids.length, reason: FinishReason.FINISH_REASON_END_OF_SEQUENCE });
  });
});

describe('drawings of the trained model', () => {
  test.each(recorded.drawings)('$prompt', async ({ prompt, prompt_ids, code_ids, mean_rgb }) => {
    let promptTokens = 0;
    for await (const event of mesh.client.generateImage({ prompt, temperature: 0, guidanceWeight: recorded.guidance_weight })) {
      if (event.$case === 'started') promptTokens = event.value.promptTokens;
      if (event.$case !== 'picture') continue;
      expect(event.value.codeIds).toEqual(code_ids);
      const { width, height, rgb } = await decodePicture(event.value.data, { rawOrientation: true });
      expect([width, height]).toEqual([96, 96]);
      for (const colour of [0, 1, 2]) expect(meanOf(rgb, colour)).toBeCloseTo(mean_rgb[colour] as number, 0);
    }
    expect(promptTokens).toBe(prompt_ids.length);
    expect.assertions(6);
  });
});

function meanOf(rgb: Uint8Array, colour: number): number {
  let sum = 0;
  for (let at = colour; at < rgb.length; at += 3) sum += rgb[at] as number;
  return sum / (rgb.length / 3);
}
