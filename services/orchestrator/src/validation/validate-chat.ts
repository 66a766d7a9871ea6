import type { ChatRequest } from '@janus-mesh/contracts';
import { checkCacheSalt } from './check-cache-salt.ts';
import { checkMessages } from './check-messages.ts';
import { checkModelName } from './check-model-name.ts';
import { checkSampling } from './check-sampling.ts';
import { checkStopTexts } from './check-stop-texts.ts';
import { checkNumber } from './number-rule.ts';
import { TextCheck } from './text-check.ts';
import type { ValidChat } from './valid-chat.ts';
import type { ValidationContext } from './validation-context.ts';
import { Violations } from './violations.ts';

const MOST_U32 = 0xffff_ffff;

/**
 * Checks a chat request, but for the length of its prompt in tokens.
 *
 * @throws {MeshError} NOT_FOUND for another model, else INVALID_ARGUMENT with every field that is wrong
 */
export function validateChat(request: ChatRequest, context: ValidationContext): ValidChat {
  const { model, limits } = context;
  checkModelName(request.model, model);
  const violations = new Violations(context.prefix);
  const texts = new TextCheck(model.config.tokens.imagePlaceholder.text, limits, violations);
  if (request.systemPrompt !== undefined) texts.check('system_prompt', request.systemPrompt);
  const readPictures = context.readPictures ?? true;
  const messages = checkMessages(request.messages, { limits, texts, readPictures, violations });
  texts.checkTotal('messages');
  if (request.maxTokens !== undefined) {
    checkNumber(request.maxTokens, { field: 'max_tokens', least: 1, most: MOST_U32, fallback: 1 }, violations);
  }
  const sampling = checkSampling(request, { vocabulary: model.config.text.vocabSize, temperature: 0 }, violations);
  const stop = checkStopTexts(request.stop, limits, violations);
  const cacheSalt = checkCacheSalt(request.cacheSalt, violations);
  violations.refuse();
  return {
    messages,
    systemPrompt: request.systemPrompt,
    maxTokens: request.maxTokens,
    sampling,
    stop,
    rawOrientation: request.rawOrientation ?? false,
    verbatimParts: request.verbatimParts ?? false,
    literalSpecials: request.literalSpecials ?? false,
    cacheSalt
  };
}
