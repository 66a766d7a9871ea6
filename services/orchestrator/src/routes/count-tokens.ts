import type { ChatRequest, CountTokensResponse, GenerateImageRequest, JanusServiceDefinition } from '@janus-mesh/contracts';
import { type Handler, invalidArgument } from '@janus-mesh/rpc';
import type { Orchestrator } from '../orchestrator.ts';
import { buildDrawingPrompt } from '../prompt/drawing-prompt.ts';
import { encodeChat } from '../prompt/encode-chat.ts';
import { validateChat } from '../validation/validate-chat.ts';
import { validateDrawing } from '../validation/validate-drawing.ts';

/** Counts the tokens of a prompt without running it. */
export function countTokensRoute(mesh: Orchestrator): Handler<JanusServiceDefinition, 'countTokens'> {
  return async ({ prompt }) => {
    switch (prompt?.$case) {
      case 'chat':
        return countChat(prompt.value, mesh);
      case 'image':
        return countDrawing(prompt.value, mesh);
      default:
        throw invalidArgument([{ field: 'prompt', description: 'is empty, must be chat or image' }]);
    }
  };
}

function countChat(request: ChatRequest, { model, limits }: Orchestrator): CountTokensResponse {
  const valid = validateChat(request, { model, limits, prefix: 'chat.', readPictures: false });
  const { tokens, pictureTokens } = encodeChat(valid, model, 'chat.messages');
  return toResponse(tokens, pictureTokens, model.config.text.contextTokens);
}

function countDrawing(request: GenerateImageRequest, { model, limits }: Orchestrator): CountTokensResponse {
  const valid = validateDrawing(request, { model, limits, prefix: 'image.' });
  return toResponse(buildDrawingPrompt(valid, model, 'image.').ids.length, 0, model.config.text.contextTokens);
}

function toResponse(promptTokens: number, pictureTokens: number, contextTokens: number): CountTokensResponse {
  return { promptTokens, pictureTokens, remainingTokens: Math.max(0, contextTokens - promptTokens) };
}
