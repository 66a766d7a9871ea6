import type { JanusServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import { chatAffinity } from '../compose/affinity.ts';
import { AnswerText } from '../compose/answer-text.ts';
import { chatAnswer } from '../compose/chat-answer.ts';
import { chatStart } from '../compose/chat-start.ts';
import { encodePicture } from '../compose/encode-picture.ts';
import { PictureFeed } from '../compose/picture-feed.ts';
import { RequestScope } from '../compose/request-scope.ts';
import { RequestTimes } from '../compose/request-times.ts';
import { runGenerate } from '../compose/run-generate.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { buildChatPrompt } from '../prompt/chat-prompt.ts';
import { genAiRequest } from '../telemetry/gen-ai.ts';
import { RequestWatch } from '../telemetry/request-watch.ts';
import { validateChat } from '../validation/validate-chat.ts';

/** How often the transformer is told that a picture is still being encoded: well within the time it waits for a sign, 10 s by default. */
const STILL_ENCODING_MS = 1_000;

/** Answers the last message of a conversation. */
export function chatRoute(mesh: Orchestrator): Handler<JanusServiceDefinition, 'chat'> {
  return async function* chat(request, context) {
    const times = new RequestTimes(mesh.now);
    const valid = validateChat(request, mesh);
    const prompt = buildChatPrompt(valid, mesh.model);
    const start = chatStart(valid, prompt, { mesh, caller: context.caller });
    const scope = new RequestScope(context.signal);
    const { deadline, requestId, caller } = context;
    const watch = new RequestWatch({
      request: genAiRequest('text', start, { model: mesh.model.name, pictures: prompt.pictures.length }),
      times,
      call: context,
      metrics: mesh.metrics
    });
    const call = { signal: scope.signal, deadline, requestId, caller, trace: watch.trace };
    const encode = { tier: mesh.tiers.visionEncoder, revision: start.revision, rawOrientation: valid.rawOrientation, call };
    const pictures = new PictureFeed(prompt.pictures, {
      encode: (picture) => encodePicture(picture, encode),
      atOnce: mesh.encodesAtOnce,
      signal: scope.signal,
      onWait: () => times.waitForVision(),
      stillMs: STILL_ENCODING_MS
    });
    try {
      const key = chatAffinity(valid, prompt);
      const events = runGenerate({ tier: mesh.tiers.transformer, key, start, features: pictures.chunks(), scope, call });
      const text = new AnswerText(mesh.model.tokenizer.detokenizer(), valid.stop);
      for await (const event of chatAnswer(events, { start, prompt, text, pictures, times })) {
        watch.see(event);
        yield { event };
      }
    } catch (error) {
      throw watch.failed(error);
    } finally {
      await scope.close();
      watch.end();
    }
  };
}
