import type { GenerateImageRequest } from '@janus-mesh/contracts';
import { isBlank } from '@janus-mesh/models';
import { checkCacheSalt } from './check-cache-salt.ts';
import { checkImageFormat } from './check-image-format.ts';
import { checkModelName } from './check-model-name.ts';
import { checkPreview } from './check-preview.ts';
import { checkSampling, MOST_WEIGHT } from './check-sampling.ts';
import { checkNumber } from './number-rule.ts';
import { TextCheck } from './text-check.ts';
import type { ValidDrawing } from './valid-drawing.ts';
import type { ValidationContext } from './validation-context.ts';
import { Violations } from './violations.ts';

/** The weight that the released models were tuned for. */
const DEFAULT_GUIDANCE_WEIGHT = 5;

/**
 * Checks a drawing request, but for the length of its prompts in tokens.
 *
 * @throws {MeshError} NOT_FOUND for another model, else INVALID_ARGUMENT with every field that is wrong
 */
export function validateDrawing(request: GenerateImageRequest, context: ValidationContext): ValidDrawing {
  const { model, limits } = context;
  const { codec, tokens } = model.config;
  checkModelName(request.model, model);
  const violations = new Violations(context.prefix);
  const texts = new TextCheck(tokens.imagePlaceholder.text, limits, violations);
  const negativePrompt = request.negativePrompt ?? '';
  if (isBlank(request.prompt)) violations.add('prompt', 'is blank, must say what to draw');
  texts.check('prompt', request.prompt);
  texts.check('negative_prompt', negativePrompt);
  texts.checkTotal('prompt');
  checkSide('width', request.width, codec.imageSize, violations);
  checkSide('height', request.height, codec.imageSize, violations);
  const samples = checkNumber(request.samples, { field: 'samples', least: 1, most: limits.samples, fallback: 1 }, violations);
  const weight = { field: 'guidance_weight', least: 0, most: MOST_WEIGHT, fallback: DEFAULT_GUIDANCE_WEIGHT };
  const guidanceWeight = checkNumber(request.guidanceWeight, weight, violations);
  const sampling = checkSampling(request, { vocabulary: codec.codebookSize, temperature: 1 }, violations);
  const previewRows = checkPreview(request, codec.grid, violations);
  const format = checkImageFormat(request.format, violations);
  const cacheSalt = checkCacheSalt(request.cacheSalt, violations);
  violations.refuse();
  return {
    prompt: request.prompt,
    negativePrompt: isBlank(negativePrompt) ? undefined : negativePrompt,
    samples,
    guidanceWeight,
    sampling,
    previewRows,
    format,
    literalSpecials: request.literalSpecials ?? false,
    cacheSalt
  };
}

/** The grid of codes is square and fixed by the weights: no other size can be drawn. */
function checkSide(field: string, value: number | undefined, side: number, violations: Violations): void {
  if (value !== undefined && value !== side) violations.add(field, `is ${value}, this model draws ${side} x ${side} only`);
}
