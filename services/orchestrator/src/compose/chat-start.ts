import { type GenerateStart, Head } from '@janus-mesh/contracts';
import type { Orchestrator } from '../orchestrator.ts';
import type { ChatPrompt } from '../prompt/chat-prompt.ts';
import { answerTokens } from '../prompt/token-budget.ts';
import type { ValidChat } from '../validation/valid-chat.ts';
import { hashPositions } from './hash-positions.ts';

/** What the transformer is asked for a chat. @throws {MeshError} INVALID_ARGUMENT if the answer does not fit the context */
export function chatStart(
  chat: ValidChat,
  prompt: ChatPrompt,
  { mesh, caller }: { readonly mesh: Pick<Orchestrator, 'model' | 'randomSeed'>; readonly caller: string }
): GenerateStart {
  const { config, revision } = mesh.model;
  const maxNewTokens = answerTokens(chat.maxTokens, prompt.tokens, config.text.contextTokens);
  return {
    revision,
    head: Head.HEAD_TEXT,
    prompt: prompt.segments,
    negativePrompt: [],
    guidanceWeight: 0,
    sampling: { ...chat.sampling, seed: chat.sampling.seed ?? mesh.randomSeed() },
    samples: 1,
    maxNewTokens,
    stopIds: [config.tokens.eos.id],
    caller,
    forcedIds: [],
    logitHashes: undefined,
    hashPositions: hashPositions(maxNewTokens),
    cacheSalt: chat.cacheSalt
  };
}
