import { Code, collectPictures, type DrawingEvent, type DrawingInput, ImageFormat, PreviewMode } from '@janus-mesh/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestMesh, type TestMesh } from '../testing/test-mesh.ts';
import { valuesOf } from '../testing/values-of.ts';

const GRID = 6;
const CODES = GRID * GRID;
const PNG = [0x89, 0x50, 0x4e, 0x47];

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh('tiny-shapes');
});
afterAll(() => mesh?.stop());

async function eventsOf(request: DrawingInput): Promise<DrawingEvent[]> {
  const events: DrawingEvent[] = [];
  for await (const event of mesh.client.generateImage(request)) events.push(event);
  return events;
}

describe('a drawing', () => {
  test('begins with started, mixes the samples, and ends with finished', async () => {
    const events = await eventsOf({
      prompt: 'a red circle',
      samples: 2,
      seed: 2n ** 64n - 1n,
      preview: PreviewMode.PREVIEW_MODE_EVERY_ROW
    });
    const order = events.map(({ $case }) => $case);
    expect(order.join(' ')).toMatch(/^(queued )*started (progress|preview|picture)( progress| preview| picture)+ finished$/);
    const [started] = valuesOf(events, 'started');
    expect(started).toMatchObject({
      sampling: { temperature: 1, topK: 0, topP: 1, seed: 2n ** 64n - 1n },
      guidanceWeight: 5,
      samples: 2,
      width: 96,
      height: 96,
      codesTotal: CODES
    });
    for (const sample of [0, 1]) {
      const progress = valuesOf(events, 'progress').filter(({ sampleIndex }) => sampleIndex === sample);
      expect(progress).toEqual([6, 12, 18, 24, 30, 36].map((codesDone) => ({ sampleIndex: sample, codesDone, codesTotal: CODES })));
      const previews = valuesOf(events, 'preview').filter(({ sampleIndex }) => sampleIndex === sample);
      expect(previews.map(({ rowsDone, rgb }) => [rowsDone, rgb.byteLength])).toEqual([1, 2, 3, 4, 5, 6].map((rows) => [rows, CODES * 3]));
      const lastView = events.findLastIndex(
        (event) => (event.$case === 'preview' || event.$case === 'progress') && event.value.sampleIndex === sample
      );
      expect(events.findIndex((event) => event.$case === 'picture' && event.value.sampleIndex === sample)).toBeGreaterThan(lastView);
    }
    const pictures = valuesOf(events, 'picture').sort((a, b) => a.sampleIndex - b.sampleIndex);
    expect(pictures.map(({ seed }) => seed)).toEqual([2n ** 64n - 1n, 0n]);
    for (const { data, codeIds } of pictures) expect([[...data.subarray(0, 4)], codeIds.length]).toEqual([PNG, CODES]);
    expect(valuesOf(events, 'finished')[0]).toMatchObject({
      usage: { promptTokens: started?.promptTokens, completionTokens: 2 * CODES, pictureTokens: 0, cachedPromptTokens: expect.any(Number) }
    });
  });

  test('gives each sample again by its own seed, and the whole again by the seed that was chosen', async () => {
    const three = await collectPictures(mesh.client.generateImage({ prompt: 'two blue stars', samples: 3 }));
    const [, second] = three;
    const alone = await collectPictures(mesh.client.generateImage({ prompt: 'two blue stars', ...(second && { seed: second.seed }) }));
    expect(alone[0]?.codeIds).toEqual(second?.codeIds);
    expect(Buffer.compare(alone[0]?.data ?? Buffer.of(), second?.data ?? Buffer.of(1))).toBe(0);
    const [seeds, others] = [three.map(({ seed }) => seed), await collectPictures(mesh.client.generateImage({ prompt: 'two blue stars' }))];
    expect(new Set(seeds).size).toBe(3);
    expect(seeds).not.toContain(others[0]?.seed);
  });

  test('previews every n rows, or not at all, and sends WebP where asked', async () => {
    const everyFour = await eventsOf({
      prompt: 'a black cross',
      preview: PreviewMode.PREVIEW_MODE_EVERY_N,
      format: ImageFormat.IMAGE_FORMAT_WEBP
    });
    expect(valuesOf(everyFour, 'preview').map(({ rowsDone }) => rowsDone)).toEqual([4]);
    const [picture] = valuesOf(everyFour, 'picture');
    expect(picture?.format).toBe(ImageFormat.IMAGE_FORMAT_WEBP);
    expect(Buffer.from(picture?.data.subarray(8, 12) ?? []).toString()).toBe('WEBP');
    expect(valuesOf(await eventsOf({ prompt: 'a black cross' }), 'preview')).toEqual([]);
  });

  test('is steered by a negative prompt and by the weight; at weight 1 a negative prompt changes nothing', async () => {
    const codes = async (request: DrawingInput) => (await collectPictures(mesh.client.generateImage({ seed: 3n, ...request })))[0]?.codeIds;
    const prompt = 'a red circle';
    const plain = await codes({ prompt });
    expect(await codes({ prompt, negativePrompt: '  ' })).toEqual(plain);
    expect(await codes({ prompt, negativePrompt: 'a red circle' })).not.toEqual(plain);
    expect(await codes({ prompt, guidanceWeight: 1, negativePrompt: 'blue' })).toEqual(await codes({ prompt, guidanceWeight: 1 }));
  });

  test('counts its prompt as it would be run', async () => {
    const request = { prompt: 'a yellow ring above a blue square' };
    const [started] = valuesOf(await eventsOf(request), 'started');
    expect(await mesh.client.countTokens({ $case: 'image', value: request })).toEqual({
      promptTokens: started?.promptTokens,
      pictureTokens: 0,
      remainingTokens: 1024 - (started?.promptTokens ?? 0)
    });
  });
});

describe('a drawing is refused', () => {
  test('with all its faults at once, over the wire', async () => {
    const refused = collectPictures(mesh.client.generateImage({ prompt: ' ', samples: 17, width: 384 }));
    await expect(refused).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      violations: [{ field: 'prompt' }, { field: 'width' }, { field: 'samples' }]
    });
  });

  test('with the numbers where prompt and codes are too long for the context', async () => {
    const prompt = 'a red circle '.repeat(500);
    const { promptTokens } = await mesh.client.countTokens({ $case: 'image', value: { prompt } });
    await expect(collectPictures(mesh.client.generateImage({ prompt }))).rejects.toMatchObject({
      reason: 'CONTEXT_EXCEEDED',
      violations: [
        { field: 'prompt', description: `has ${promptTokens} tokens with its template, the context of 1024 leaves 988 beside 36 codes` }
      ]
    });
  });
});

test('a drawing that is not wanted any more is given up in every tier', async () => {
  for await (const event of mesh.client.generateImage({ prompt: 'a red circle', samples: 16 })) if (event.$case === 'progress') break;
  const busy = async () => {
    const replicas = (await mesh.client.getStatus()).tiers.flatMap((tier) => tier.replicas);
    return replicas.filter(({ queued, running, kvBytesUsed }) => queued + running > 0 || kvBytesUsed > 0n).length;
  };
  await expect.poll(busy).toBe(0);
});
