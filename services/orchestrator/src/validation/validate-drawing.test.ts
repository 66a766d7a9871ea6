import { GenerateImageRequest, ImageFormat, PreviewMode } from '@janus-mesh/contracts';
import { Code, MeshError } from '@janus-mesh/rpc';
import { describe, expect, test } from 'vitest';
import { testLimits } from '../testing/test-limits.ts';
import { tinyShapesConfig } from '../testing/tiny-shapes-config.ts';
import { validateDrawing } from './validate-drawing.ts';

const context = { model: { name: 'tiny-shapes', revision: 'abc', config: tinyShapesConfig() }, limits: testLimits };

function request(fields: Partial<GenerateImageRequest>): GenerateImageRequest {
  return { ...GenerateImageRequest.fromPartial({}), prompt: 'a red circle', ...fields };
}

/** What is wrong with a request. */
function refusal(fields: Partial<GenerateImageRequest>, prefix = ''): MeshError {
  try {
    validateDrawing(request(fields), { ...context, prefix });
  } catch (error) {
    if (error instanceof MeshError) return error;
    throw error;
  }
  throw new Error('the request was accepted');
}

type Row = [what: string, fields: Partial<GenerateImageRequest>, field: string, description: string];

const ROWS: Row[] = [
  ['an empty prompt', { prompt: '' }, 'prompt', 'is blank, must say what to draw'],
  ['a blank prompt, as Python strips it', { prompt: ' \u001f\u2003\n' }, 'prompt', 'is blank, must say what to draw'],
  ['a placeholder in the prompt', { prompt: 'a <image_placeholder>' }, 'prompt', 'must not contain <image_placeholder>'],
  [
    'a placeholder in the negative prompt',
    { negativePrompt: '<image_placeholder>' },
    'negative_prompt',
    'must not contain <image_placeholder>'
  ],
  ['texts too long', { prompt: 'x'.repeat(10_001) }, 'prompt', 'texts have 10001 characters together, at most 10000'],
  ['another width', { width: 384 }, 'width', 'is 384, this model draws 96 x 96 only'],
  ['another height', { height: 0 }, 'height', 'is 0, this model draws 96 x 96 only'],
  ['no samples', { samples: 0 }, 'samples', 'is 0, must be from 1 to 16'],
  ['too many samples', { samples: 17 }, 'samples', 'is 17, must be from 1 to 16'],
  ['a negative guidance weight', { guidanceWeight: -1 }, 'guidance_weight', 'is -1, must be from 0 to 100'],
  ['a guidance weight that is no number', { guidanceWeight: Number.NaN }, 'guidance_weight', 'is NaN, must be from 0 to 100'],
  ['an infinite temperature', { temperature: Number.NEGATIVE_INFINITY }, 'temperature', 'is -Infinity, must be from 0 to 100'],
  ['top-k above the codebook', { topK: 513 }, 'top_k', 'is 513, must be from 0 to 512'],
  ['top-p 0', { topP: 0 }, 'top_p', 'is 0, must be greater than 0 and at most 1'],
  ['an unknown preview', { preview: 9 as PreviewMode }, 'preview', 'is 9, not one of PreviewMode'],
  ['an unrecognized preview', { preview: -1 as PreviewMode }, 'preview', 'is -1, not one of PreviewMode'],
  ['no rows between previews', { preview: PreviewMode.PREVIEW_MODE_EVERY_N, previewRows: 0 }, 'preview_rows', 'is 0, must be from 1 to 6'],
  ['more rows between previews than there are', { previewRows: 7 }, 'preview_rows', 'is 7, must be from 1 to 6'],
  ['an unknown format', { format: 3 as ImageFormat }, 'format', 'is 3, not one of ImageFormat']
];

describe('a drawing request is refused', () => {
  test.each(ROWS)('with %s', (_what, fields, field, description) => {
    expect(refusal(fields)).toMatchObject({ code: Code.INVALID_ARGUMENT, violations: [{ field, description }] });
  });

  test('with all faults at once, where they lie in the message that holds it', () => {
    const { violations } = refusal({ prompt: '', samples: 99, width: 1 }, 'image.');
    expect(violations.map(({ field }) => field)).toEqual(['image.prompt', 'image.width', 'image.samples']);
  });

  test('for another model', () => {
    expect(refusal({ model: '' })).toMatchObject({ code: Code.NOT_FOUND, reason: 'MODEL_NOT_FOUND' });
  });
});

describe('a drawing request is accepted', () => {
  test('with its defaults filled in', () => {
    expect(validateDrawing(request({}), context)).toEqual({
      prompt: 'a red circle',
      negativePrompt: undefined,
      samples: 1,
      guidanceWeight: 5,
      sampling: { temperature: 1, topK: 0, topP: 1, seed: undefined },
      previewRows: 0,
      format: ImageFormat.IMAGE_FORMAT_PNG,
      literalSpecials: false
    });
  });

  test('with a blank negative prompt, which is none', () => {
    expect(validateDrawing(request({ negativePrompt: ' ' }), context).negativePrompt).toBeUndefined();
    expect(validateDrawing(request({ negativePrompt: 'blue ' }), context).negativePrompt).toBe('blue ');
  });

  test.each([
    [undefined, undefined, 0],
    [PreviewMode.PREVIEW_MODE_UNSPECIFIED, undefined, 0],
    [PreviewMode.PREVIEW_MODE_NONE, 2, 0],
    [PreviewMode.PREVIEW_MODE_EVERY_ROW, 3, 1],
    [PreviewMode.PREVIEW_MODE_EVERY_N, undefined, 4],
    [PreviewMode.PREVIEW_MODE_EVERY_N, 6, 6]
  ])('preview %s with preview_rows %s means one every %s rows', (preview, previewRows, rows) => {
    expect(validateDrawing(request({ preview, previewRows }), context).previewRows).toBe(rows);
  });

  test("with the model's own size, sixteen samples and WebP", () => {
    const fields = { width: 96, height: 96, samples: 16, guidanceWeight: 0, format: ImageFormat.IMAGE_FORMAT_WEBP };
    expect(validateDrawing(request(fields), context)).toMatchObject({
      samples: 16,
      guidanceWeight: 0,
      format: ImageFormat.IMAGE_FORMAT_WEBP
    });
  });
});
