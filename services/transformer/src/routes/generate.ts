import {
  type GeneratedTokens,
  type GenerateRequest,
  type GenerateResponse,
  SampleFinishReason,
  type TransformerServiceDefinition
} from '@janus-mesh/contracts';
import type { CallContext, Handler } from '@janus-mesh/rpc';
import { openRequest, requireDiagnostics, requireRevision } from '@janus-mesh/service';
import type { EngineEvent } from '../engine/engine-event.ts';
import { runRequest } from '../run-request.ts';
import { RequestWatch } from '../telemetry/request-watch.ts';
import type { Transformer } from '../transformer.ts';
import { validGenerate } from '../validation/valid-generate.ts';

/** Generate: prompts and features in, tokens out as they come. */
export function generateRoute(transformer: Transformer): Handler<TransformerServiceDefinition, 'generate'> {
  return (requests, call) => transformer.counts.stream(generate(transformer, requests, call));
}

async function* generate(
  transformer: Transformer,
  requests: AsyncIterable<GenerateRequest>,
  { signal, caller, deadline, trace }: CallContext
): AsyncGenerator<GenerateResponse, void, undefined> {
  const { metrics, tokens } = transformer;
  const { start, pieces } = await openRequest(requests, 'features');
  requireRevision(transformer.info.revision, start.revision);
  requireDiagnostics(transformer.info.diagnostics, {
    'start.forced_ids': start.forcedIds.length > 0,
    'start.logit_hashes': start.logitHashes
  });
  const request = { ...validGenerate(start, transformer.config, caller), deadline };
  const watch = new RequestWatch({ head: request.head, metrics, tokens, trace });
  for await (const event of runRequest(transformer, request, { chunks: pieces, signal })) {
    watch.see(event);
    const response = responseOf(event);
    if (response) yield { event: response };
  }
}

function responseOf(event: EngineEvent): GenerateResponse['event'] {
  switch (event.kind) {
    case 'queued':
      return { $case: 'queued', value: { position: event.position } };
    case 'admitted': {
      const neededFeatures = event.neededFeatures.map((hash) => Buffer.from(hash, 'hex'));
      return { $case: 'admitted', value: { neededFeatures, cachedPromptTokens: event.reusedTokens } };
    }
    case 'tokens':
      return { $case: 'tokens', value: tokensOf(event) };
    case 'finished': {
      const { sample: sampleIndex, promptTokens, newTokens } = event;
      const reason =
        event.reason === 'stop' ? SampleFinishReason.SAMPLE_FINISH_REASON_STOP_ID : SampleFinishReason.SAMPLE_FINISH_REASON_LENGTH;
      return { $case: 'finished', value: { sampleIndex, reason, promptTokens, newTokens } };
    }
    default:
      return undefined; // logits and log-probabilities are for Score
  }
}

function tokensOf({ sample, ids, hashes, positionHashes }: Extract<EngineEvent, { kind: 'tokens' }>): GeneratedTokens {
  return { sampleIndex: sample, ids, logitHashes: hashes, positionHashes };
}
