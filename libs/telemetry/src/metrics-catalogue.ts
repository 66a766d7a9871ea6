import { names, type TierName, tierNames } from './names.ts';

/** A counter only grows, a gauge is read when asked for, a histogram sorts values into buckets. */
export type InstrumentKind = 'counter' | 'gauge' | 'histogram';

/** One metric: what it is called everywhere, what it counts, who has it. */
export interface CatalogueEntry {
  /** OpenTelemetry's name. */
  readonly name: string;
  /** Name in a scrape: without the suffixes `_bucket`, `_sum` and `_count` of a histogram. */
  readonly prometheus: string;
  readonly kind: InstrumentKind;
  /** UCUM: `s`, `By`, or what is counted in braces. */
  readonly unit: string;
  readonly description: string;
  /** Attributes of single values, beside `janus.tier` and `janus.revision`, which all have. */
  readonly attributes: readonly string[];
  /** Services that have it. */
  readonly tiers: readonly TierName[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
  /** The metric of vLLM that says the same, or nearly. */
  readonly vllm?: string;
}

const orchestrator = ['orchestrator'] as const;
const transformer = ['transformer'] as const;
const encoders = ['vision-encoder', 'image-codec'] as const;
const working = ['transformer', 'vision-encoder', 'image-codec'] as const;

/** From a quick refusal to the longest picture that a deadline allows. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 180, 300, 600];
const WAIT_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];
/** A token's time: from a small model to a 7B on few cores. */
const TOKEN_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5];
/** A picture of 576 codes takes half a second on a GPU, and minutes on a busy CPU. */
const PICTURE_SECONDS = [0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 1200];
const STEP_TOKENS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

const genAi = [names.operation, names.provider, names.requestModel, names.kind];

/** All metrics of the mesh. Alerts, dashboards and autoscaling use these names. */
export const metricsCatalogue = [
  {
    name: 'gen_ai.server.request.duration',
    prometheus: 'gen_ai_server_request_duration_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the arrival of a chat or a drawing to its end, however it ended',
    attributes: [...genAi, names.outcome, names.errorType],
    tiers: orchestrator,
    buckets: PICTURE_SECONDS,
    vllm: 'vllm:e2e_request_latency_seconds'
  },
  {
    name: 'gen_ai.server.time_to_first_token',
    prometheus: 'gen_ai_server_time_to_first_token_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the arrival of a request to its first token (of a drawing: its first code)',
    attributes: genAi,
    tiers: orchestrator,
    buckets: WAIT_SECONDS,
    vllm: 'vllm:time_to_first_token_seconds'
  },
  {
    name: 'gen_ai.server.time_per_output_token',
    prometheus: 'gen_ai_server_time_per_output_token_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Mean time of a token after the first, once a request; samples of a drawing are drawn together',
    attributes: genAi,
    tiers: orchestrator,
    buckets: TOKEN_SECONDS,
    vllm: 'vllm:request_time_per_output_token_seconds'
  },
  {
    name: 'janus.inter_token_gap',
    prometheus: 'janus_inter_token_gap_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time between two tokens of one sample as the transformer sends them',
    attributes: [names.kind],
    tiers: transformer,
    buckets: TOKEN_SECONDS,
    vllm: 'vllm:inter_token_latency_seconds'
  },
  {
    name: 'janus.picture.time_to_first_preview',
    prometheus: 'janus_picture_time_to_first_preview_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the arrival of a drawing to its first preview',
    attributes: [],
    tiers: orchestrator,
    buckets: PICTURE_SECONDS
  },
  {
    name: 'janus.picture.duration',
    prometheus: 'janus_picture_duration_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the arrival of a drawing to each of its finished pictures',
    attributes: [],
    tiers: orchestrator,
    buckets: PICTURE_SECONDS
  },
  {
    name: 'janus.prompt.tokens',
    prometheus: 'janus_prompt_tokens_total',
    kind: 'counter',
    unit: '{token}',
    description: 'Prompt tokens of admitted requests, rows of pictures among them',
    attributes: [names.kind],
    tiers: orchestrator,
    vllm: 'vllm:prompt_tokens_total'
  },
  {
    name: 'janus.generated.tokens',
    prometheus: 'janus_generated_tokens_total',
    kind: 'counter',
    unit: '{token}',
    description: 'Text tokens and picture codes that were generated; a guidance pair makes one',
    attributes: [names.kind],
    tiers: transformer,
    vllm: 'vllm:generation_tokens_total'
  },
  {
    name: 'janus.queue.depth',
    prometheus: 'janus_queue_depth',
    kind: 'gauge',
    unit: '{request}',
    description: 'Requests that wait; the transformer says of which kind',
    attributes: [names.kind],
    tiers: working,
    vllm: 'vllm:num_requests_waiting'
  },
  {
    name: 'janus.queue.wait',
    prometheus: 'janus_queue_wait_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time a request waited before its work began; the transformer says of which kind',
    attributes: [names.kind],
    tiers: working,
    buckets: WAIT_SECONDS,
    vllm: 'vllm:request_queue_time_seconds'
  },
  {
    name: 'janus.requests.running',
    prometheus: 'janus_requests_running',
    kind: 'gauge',
    unit: '{request}',
    description: 'Requests whose work has begun and is not over',
    attributes: [],
    tiers: working,
    vllm: 'vllm:num_requests_running'
  },
  {
    name: 'janus.rows.running',
    prometheus: 'janus_rows_running',
    kind: 'gauge',
    unit: '{row}',
    description: 'Rows that run together in a step; a guidance pair has two',
    attributes: [names.kind],
    tiers: transformer,
    vllm: 'vllm:num_requests_running'
  },
  {
    name: 'janus.rows.limit',
    prometheus: 'janus_rows_limit',
    kind: 'gauge',
    unit: '{row}',
    description: 'Rows that can run together at most',
    attributes: [],
    tiers: transformer
  },
  {
    name: 'janus.guidance.pairs',
    prometheus: 'janus_guidance_pairs',
    kind: 'gauge',
    unit: '{pair}',
    description: 'Guidance pairs that run: two rows that draw one code',
    attributes: [],
    tiers: transformer
  },
  {
    name: 'janus.kv.used',
    prometheus: 'janus_kv_used_bytes',
    kind: 'gauge',
    unit: 'By',
    description: 'KV cache of running requests',
    attributes: [],
    tiers: transformer,
    vllm: 'vllm:kv_cache_usage_perc'
  },
  {
    name: 'janus.kv.budget',
    prometheus: 'janus_kv_budget_bytes',
    kind: 'gauge',
    unit: 'By',
    description: 'KV cache that all requests together may have',
    attributes: [],
    tiers: transformer,
    vllm: 'vllm:kv_cache_usage_perc'
  },
  {
    name: 'janus.prefix_cache.used',
    prometheus: 'janus_prefix_cache_used_bytes',
    kind: 'gauge',
    unit: 'By',
    description: 'KV cache that is kept of finished requests; it gives way to running ones',
    attributes: [],
    tiers: transformer
  },
  {
    name: 'janus.prefix_cache.queries',
    prometheus: 'janus_prefix_cache_queries_total',
    kind: 'counter',
    unit: '{row}',
    description: 'Rows whose prompt was looked for in the prefix cache; vLLM counts tokens',
    attributes: [],
    tiers: transformer,
    vllm: 'vllm:prefix_cache_queries'
  },
  {
    name: 'janus.prefix_cache.hits',
    prometheus: 'janus_prefix_cache_hits_total',
    kind: 'counter',
    unit: '{row}',
    description: 'Rows whose prompt began with something that was in the prefix cache',
    attributes: [],
    tiers: transformer,
    vllm: 'vllm:prefix_cache_hits'
  },
  {
    name: 'janus.prefix_cache.reused_tokens',
    prometheus: 'janus_prefix_cache_reused_tokens_total',
    kind: 'counter',
    unit: '{token}',
    description: 'Prompt tokens that were not run, since the prefix cache had them',
    attributes: [],
    tiers: transformer,
    vllm: 'vllm:prefix_cache_hits'
  },
  {
    name: 'janus.feature_cache.queries',
    prometheus: 'janus_feature_cache_queries_total',
    kind: 'counter',
    unit: '{picture}',
    description: 'Pictures looked for by their content, so as not to encode them',
    attributes: [],
    tiers: ['transformer', 'vision-encoder'],
    vllm: 'vllm:mm_cache_queries'
  },
  {
    name: 'janus.feature_cache.hits',
    prometheus: 'janus_feature_cache_hits_total',
    kind: 'counter',
    unit: '{picture}',
    description: 'Pictures whose features were there',
    attributes: [],
    tiers: ['transformer', 'vision-encoder'],
    vllm: 'vllm:mm_cache_hits'
  },
  {
    name: 'janus.step.duration',
    prometheus: 'janus_step_duration_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time of a step: planning, the network, drawing tokens and handing them out',
    attributes: [],
    tiers: transformer,
    buckets: TOKEN_SECONDS
  },
  {
    name: 'janus.step.tokens',
    prometheus: 'janus_step_tokens',
    kind: 'histogram',
    unit: '{token}',
    description: 'Tokens that a step ran, of all rows; prompts come in chunks',
    attributes: [],
    tiers: transformer,
    buckets: STEP_TOKENS,
    vllm: 'vllm:iteration_tokens_total'
  },
  {
    name: 'janus.step.failures',
    prometheus: 'janus_step_failures_total',
    kind: 'counter',
    unit: '{step}',
    description: 'Steps whose network failed; their requests failed with them',
    attributes: [],
    tiers: transformer
  },
  {
    name: 'janus.network.duration',
    prometheus: 'janus_network_duration_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time of a run of the network: siglip, vq-decoder or vq-encoder',
    attributes: [names.network],
    tiers: encoders,
    buckets: WAIT_SECONDS
  },
  {
    name: 'janus.cancels',
    prometheus: 'janus_cancels_total',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls whose caller gave up, went away, stopped reading, or whose time was over, by reason',
    attributes: [names.reason],
    tiers: tierNames,
    vllm: 'vllm:request_success_total{finished_reason="abort"}'
  },
  {
    name: 'janus.refusals',
    prometheus: 'janus_refusals_total',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that were refused, by reason: the request was wrong, a queue full, the service draining',
    attributes: [names.reason],
    tiers: tierNames
  },
  {
    name: 'janus.failures',
    prometheus: 'janus_failures_total',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that failed through no fault of the caller, by reason',
    attributes: [names.reason],
    tiers: tierNames,
    vllm: 'vllm:request_success_total{finished_reason="error"}'
  },
  {
    name: 'janus.replica.choices',
    prometheus: 'janus_replica_choices_total',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls to replicas by tier, address, and why it was this one: home (of its key), spill (home was busy or away), idlest, retry',
    attributes: [names.targetTier, names.serverAddress, names.choice],
    tiers: orchestrator
  },
  {
    name: 'rpc.server.call.duration',
    prometheus: 'rpc_server_call_duration_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time of a call that this service answered; streams count to their end',
    attributes: [names.rpcSystem, names.rpcMethod, names.rpcStatus, names.errorType],
    tiers: tierNames,
    buckets: CALL_SECONDS
  },
  {
    name: 'rpc.client.call.duration',
    prometheus: 'rpc_client_call_duration_seconds',
    kind: 'histogram',
    unit: 's',
    description: 'Time of a call that this service made to a tier; streams count to their end',
    attributes: [names.rpcSystem, names.rpcMethod, names.rpcStatus, names.errorType],
    tiers: orchestrator,
    buckets: CALL_SECONDS
  },
  {
    name: 'process.memory.usage',
    prometheus: 'process_memory_usage_bytes',
    kind: 'gauge',
    unit: 'By',
    description: 'Resident memory of the process, mapped weights among it',
    attributes: [],
    tiers: tierNames
  },
  {
    name: 'process.cpu.time',
    prometheus: 'process_cpu_time_seconds_total',
    kind: 'counter',
    unit: 's',
    description: 'Processor time of the process, all threads',
    attributes: [],
    tiers: tierNames
  }
] as const satisfies readonly CatalogueEntry[];

/** A name in the catalogue. */
export type MetricName = (typeof metricsCatalogue)[number]['name'];
