import { ScoreOutput, type ScoreRequest, type ScoreResponse, type TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { CallContext, Handler } from '@janus-mesh/rpc';
import { f32Tensor, openRequest, requireDiagnostics, requireRevision } from '@janus-mesh/service';
import type { EngineEvent } from '../engine/engine-event.ts';
import { runRequest } from '../run-request.ts';
import { RequestWatch } from '../telemetry/request-watch.ts';
import type { Transformer } from '../transformer.ts';
import { headVocabulary } from '../validation/head-vocabulary.ts';
import { validScore } from '../validation/valid-score.ts';

const MAX_TENSOR_BYTES = 1024 * 1024;

/** Score: a prompt and a continuation in, log-probabilities or logits out. */
export function scoreRoute(transformer: Transformer): Handler<TransformerServiceDefinition, 'score'> {
  return (requests, call) => transformer.counts.stream(score(transformer, requests, call));
}

async function* score(
  transformer: Transformer,
  requests: AsyncIterable<ScoreRequest>,
  { signal, caller, deadline, trace }: CallContext
): AsyncGenerator<ScoreResponse, void, undefined> {
  const { metrics, tokens } = transformer;
  const { start, pieces } = await openRequest(requests, 'features');
  requireRevision(transformer.info.revision, start.revision);
  requireDiagnostics(transformer.info.diagnostics, { 'start.output': start.output === ScoreOutput.SCORE_OUTPUT_LOGITS });
  const request = { ...validScore(start, transformer.config, caller), deadline };
  const vocabulary = headVocabulary(request.head, transformer.config).size;
  const watch = new RequestWatch({ head: request.head, metrics, tokens, trace });
  for await (const event of runRequest(transformer, request, { chunks: pieces, signal })) {
    watch.see(event);
    for (const rows of responsesOf(event, vocabulary)) yield { rows };
  }
}

function* responsesOf(event: EngineEvent, vocabulary: number): Generator<NonNullable<ScoreResponse['rows']>> {
  if (event.kind === 'logprobs') {
    yield { $case: 'logprobs', value: f32Tensor([event.values.length], Float32Array.from(event.values)) };
  } else if (event.kind === 'promptLogits') {
    const rowsPerMessage = Math.max(1, Math.floor(MAX_TENSOR_BYTES / (vocabulary * Float32Array.BYTES_PER_ELEMENT)));
    for (let at = 0; at < event.rows.length; at += rowsPerMessage * vocabulary) {
      const rows = event.rows.subarray(at, at + rowsPerMessage * vocabulary);
      yield { $case: 'promptLogits', value: f32Tensor([rows.length / vocabulary, vocabulary], rows) };
    }
  } else if (event.kind === 'stepLogits') {
    const row = (values: Float32Array | undefined) => values && f32Tensor([1, vocabulary], values);
    const { step: firstStep, cond, uncond, guided } = event;
    yield { $case: 'stepLogits', value: { firstStep, cond: row(cond), uncond: row(uncond), guided: row(guided) } };
  }
}
