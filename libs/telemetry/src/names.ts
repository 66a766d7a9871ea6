/**
 * Every attribute name that spans, metrics and log lines use, in one place: conventions still move.
 *
 * RPC: OpenTelemetry semantic conventions, release candidate. GenAI: the conventions of their own repository, in development; the
 * constants of `@opentelemetry/semantic-conventions` for them are marked as moved. What neither knows is called `janus.*`.
 */
export const names = {
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  rpcStatus: 'rpc.response.status_code',
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  outputType: 'gen_ai.output.type',
  choiceCount: 'gen_ai.request.choice.count',
  seed: 'gen_ai.request.seed',
  stream: 'gen_ai.request.stream',
  temperature: 'gen_ai.request.temperature',
  topP: 'gen_ai.request.top_p',
  maxTokens: 'gen_ai.request.max_tokens',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cachedInputTokens: 'gen_ai.usage.cache_read.input_tokens',
  tier: 'janus.tier',
  revision: 'janus.revision',
  kind: 'janus.kind',
  reason: 'janus.reason',
  outcome: 'janus.outcome',
  requestId: 'janus.request.id',
  guidanceWeight: 'janus.guidance.weight',
  pictures: 'janus.pictures',
  sample: 'janus.sample',
  rowsDone: 'janus.preview.rows',
  cachedTokens: 'janus.cached_tokens',
  network: 'janus.network',
  targetTier: 'janus.target.tier',
  choice: 'janus.replica.choice'
} as const;

/** What happens in a request, as events of its spans: each once a request, or once a sample. */
export const spanEvents = {
  admitted: 'janus.admitted',
  firstToken: 'janus.first_token',
  preview: 'janus.preview',
  finished: 'janus.finished'
} as const;

/** What a request makes: an answer, or pictures. */
export type RequestKind = 'text' | 'image';

/** The services, as `janus.tier` calls them. */
export const tierNames = ['orchestrator', 'transformer', 'vision-encoder', 'image-codec'] as const;
export type TierName = (typeof tierNames)[number];
