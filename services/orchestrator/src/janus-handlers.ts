import type { JanusServiceDefinition } from '@janus-mesh/contracts';
import type { Handlers } from '@janus-mesh/rpc';
import type { Orchestrator } from './orchestrator.ts';
import { chatRoute } from './routes/chat.ts';
import { countTokensRoute } from './routes/count-tokens.ts';
import { generateImageRoute } from './routes/generate-image.ts';
import { getModelRoute } from './routes/get-model.ts';
import { getStatusRoute } from './routes/get-status.ts';

/** The public service, one file an RPC. */
export function janusHandlers(mesh: Orchestrator): Handlers<JanusServiceDefinition> {
  return {
    chat: chatRoute(mesh),
    generateImage: generateImageRoute(mesh),
    getModel: getModelRoute(mesh),
    countTokens: countTokensRoute(mesh),
    getStatus: getStatusRoute(mesh)
  };
}
