import { type GenerateStart, Head } from '@janus-mesh/contracts';
import type { Orchestrator } from '../orchestrator.ts';
import type { DrawingPrompt } from '../prompt/drawing-prompt.ts';
import { requireRoomForCodes } from '../prompt/token-budget.ts';
import type { ValidDrawing } from '../validation/valid-drawing.ts';
import { hashPositions } from './hash-positions.ts';

/** What the transformer is asked for a drawing. @throws {MeshError} INVALID_ARGUMENT if prompts and codes don't fit the context */
export function drawingStart(
  drawing: ValidDrawing,
  prompt: DrawingPrompt,
  { mesh, caller }: { readonly mesh: Pick<Orchestrator, 'model' | 'randomSeed'>; readonly caller: string }
): GenerateStart {
  const { config, revision } = mesh.model;
  const codes = config.codec.grid ** 2;
  const negative = drawing.negativePrompt === undefined ? {} : { negative_prompt: prompt.negativeIds.length };
  const isGuided = prompt.negativeIds.length > 0;
  requireRoomForCodes({ prompt: prompt.ids.length, ...negative }, codes, config.text.contextTokens);
  return {
    revision,
    head: Head.HEAD_CODES,
    prompt: [{ content: { $case: 'ids', value: { ids: prompt.ids } } }],
    negativePrompt: isGuided ? [{ content: { $case: 'ids', value: { ids: prompt.negativeIds } } }] : [],
    guidanceWeight: isGuided ? drawing.guidanceWeight : 0,
    sampling: { ...drawing.sampling, seed: drawing.sampling.seed ?? mesh.randomSeed() },
    samples: drawing.samples,
    maxNewTokens: codes,
    stopIds: [],
    caller,
    forcedIds: [],
    logitHashes: undefined,
    hashPositions: hashPositions(codes),
    cacheSalt: drawing.cacheSalt
  };
}
