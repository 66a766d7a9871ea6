import { generationPrompt, unconditionalIds } from '@janus-mesh/models';
import type { ServedModel } from '../served-model.ts';
import type { ValidDrawing } from '../validation/valid-drawing.ts';
import { encodePrompt } from './encode-prompt.ts';

/** A text to draw as the transformer reads it. */
export interface DrawingPrompt {
  /** The conditional prompt. */
  readonly ids: number[];
  /** The unconditional prompt of the guidance pair. Empty where nothing is guided. */
  readonly negativeIds: number[];
}

/**
 * Puts a text to draw into ids.
 *
 * @param prefix put before field paths in a refusal
 * @throws {MeshError} INVALID_ARGUMENT, CONTEXT_EXCEEDED, if it is far too long
 */
export function buildDrawingPrompt(drawing: ValidDrawing, model: ServedModel, prefix = ''): DrawingPrompt {
  const { prompt, negativePrompt, guidanceWeight, literalSpecials: literal } = drawing;
  const encode = (text: string, field: string) => encodePrompt(generationPrompt(model.config, { text, literal }), model, prefix + field);
  const ids = encode(prompt, 'prompt');
  // uncond + 1 (cond - uncond) is cond: the second row would be run for nothing.
  if (guidanceWeight === 1) return { ids, negativeIds: [] };
  if (negativePrompt === undefined) return { ids, negativeIds: unconditionalIds(ids, model.config.tokens) };
  return { ids, negativeIds: encode(negativePrompt, 'negative_prompt') };
}
