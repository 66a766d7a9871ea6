/** How an alert comes and goes. Times are minutes; series have a value each minute, as promtool writes them. */
export interface AlertScenario {
  readonly alert: string;
  readonly series: Readonly<Record<string, string>>;
  readonly fires: number;
  readonly clears: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Labels that Prometheus gives to what it scrapes from a pod of the release `janus-mesh` in `demo`. */
const from = (tier: string, pod = 0) => `namespace="demo",job="janus-mesh-${tier}",pod="janus-mesh-${tier}-${pod}",janus_tier="${tier}"`;
const [orchestrator, transformer] = [from('orchestrator'), from('transformer')];

/** Grows for half an hour, then stands still. */
const growing = (step: number) => `0+${step}x30 ${30 * step}x40`;
const steady = (step: number) => `0+${step}x70`;
const requests = { [`gen_ai_server_request_duration_seconds_count{${orchestrator},janus_kind="text"}`]: steady(60) };

/** A histogram all of whose values lie between two bounds, as long as there are any. */
function histogram(name: string, labels: string, [low, high]: readonly [number, number]): Record<string, string> {
  const bucket = (bound: string) => `${name}_bucket{${labels},le="${bound}"}`;
  return { [bucket(String(low))]: '0x70', [bucket(String(high))]: growing(60), [bucket('+Inf')]: growing(60) };
}

/** One or more for each alert, at the default thresholds. */
export const alertScenarios: readonly AlertScenario[] = [
  {
    alert: 'JanusMeshTierDown',
    series: {
      [`up{${orchestrator}}`]: '1x70',
      [`up{${from('vision-encoder')}}`]: '1x70',
      [`up{${from('image-codec')}}`]: '1x70',
      [`up{${transformer}}`]: '1x10 0x5 stale _x20 1x34',
      [`up{${from('transformer', 1)}}`]: '1x10 0x25 1x34'
    },
    fires: 13,
    clears: 40,
    labels: { severity: 'critical', janus_tier: 'transformer' },
    summary: 'No transformer of janus-mesh answers'
  },
  {
    alert: 'JanusMeshReplicaDown',
    series: {
      'up{namespace="demo",job="janus-mesh-transformer",pod="a"}': '1x70',
      'up{namespace="demo",job="janus-mesh-transformer",pod="b"}': '1x10 0x20 1x40'
    },
    fires: 18,
    clears: 35,
    labels: { severity: 'warning', namespace: 'demo', job: 'janus-mesh-transformer', pod: 'b' },
    summary: 'b has not answered for five minutes'
  },
  {
    alert: 'JanusMeshRevisionsMixed',
    series: {
      [`process_memory_usage_bytes{${transformer},janus_revision="one"}`]: '1x70',
      [`process_memory_usage_bytes{${from('image-codec')},janus_revision="two"}`]: '1x30 stale',
      'process_memory_usage_bytes{namespace="other",job="janus-mesh-transformer",janus_revision="three"}': '1x70'
    },
    fires: 20,
    clears: 40,
    labels: { severity: 'warning' },
    summary: 'janus-mesh serves 2 revisions of a model at once'
  },
  {
    alert: 'JanusMeshRetries',
    series: {
      [`janus_replica_choices_total{${orchestrator},janus_target_tier="transformer",janus_replica_choice="home"}`]: steady(54),
      [`janus_replica_choices_total{${orchestrator},janus_target_tier="transformer",janus_replica_choice="retry"}`]: growing(6)
    },
    fires: 20,
    clears: 45,
    labels: { severity: 'warning', janus_target_tier: 'transformer' },
    summary: '10% of the calls to transformer had to be made again'
  },
  {
    alert: 'JanusMeshFailures',
    series: {
      ...requests,
      [`janus_failures_total{${orchestrator},janus_reason="STEP_FAILED"}`]: growing(3),
      [`janus_failures_total{${transformer},janus_reason="STEP_FAILED"}`]: growing(3)
    },
    fires: 20,
    clears: 45,
    labels: { severity: 'critical', janus_reason: 'STEP_FAILED' },
    summary: '5% of the requests fail: STEP_FAILED'
  },
  {
    alert: 'JanusMeshStepsFail',
    series: { [`janus_step_failures_total{${transformer}}`]: '0x20 1x50' },
    fires: 23,
    clears: 40,
    labels: { severity: 'critical', pod: 'janus-mesh-transformer-0' },
    summary: 'Steps fail in janus-mesh-transformer-0, and with them whatever ran in them'
  },
  {
    alert: 'JanusMeshStepsFail',
    series: { [`janus_step_failures_total{${transformer}}`]: '_x20 1x50' },
    fires: 23,
    clears: 40,
    labels: { severity: 'critical', pod: 'janus-mesh-transformer-0' },
    summary: 'Steps fail in janus-mesh-transformer-0, and with them whatever ran in them'
  },
  {
    alert: 'JanusMeshOutOfTime',
    series: { ...requests, [`janus_cancels_total{${orchestrator},janus_reason="DEADLINE_EXCEEDED"}`]: growing(6) },
    fires: 25,
    clears: 45,
    labels: { severity: 'warning' },
    summary: '10% of the requests reach their deadline'
  },
  {
    alert: 'JanusMeshRefusals',
    series: { [`janus_refusals_total{${transformer},janus_reason="QUEUE_FULL"}`]: growing(1) },
    fires: 15,
    clears: 45,
    labels: { severity: 'critical', janus_tier: 'transformer', janus_reason: 'QUEUE_FULL' },
    summary: 'The transformer tier turns requests away: QUEUE_FULL'
  },
  {
    alert: 'JanusMeshQueueWait',
    series: histogram('janus_queue_wait_seconds', `${transformer},janus_kind="image"`, [60, 120]),
    fires: 25,
    clears: 45,
    labels: { severity: 'warning', janus_tier: 'transformer', janus_kind: 'image' },
    summary: 'One in ten requests waits 1m 54s in the transformer tier'
  },
  {
    alert: 'JanusMeshKvFull',
    series: {
      [`janus_kv_used_bytes{${transformer}}`]: '95x70',
      [`janus_kv_budget_bytes{${transformer}}`]: '100x70',
      [`janus_queue_depth{${transformer},janus_kind="text"}`]: '3x30 0x40'
    },
    fires: 15,
    clears: 35,
    labels: { severity: 'warning' },
    summary: 'KV caches are 95% full, and requests wait for them'
  },
  {
    alert: 'JanusMeshSlowFirstToken',
    series: histogram('gen_ai_server_time_to_first_token_seconds', `${orchestrator},janus_kind="text"`, [10, 20]),
    fires: 25,
    clears: 45,
    labels: { severity: 'warning' },
    summary: 'One answer in twenty begins after 19.5s or later'
  },
  {
    alert: 'JanusMeshSlowTokens',
    series: histogram('janus_inter_token_gap_seconds', `${transformer},janus_kind="text"`, [1, 2]),
    fires: 25,
    clears: 45,
    labels: { severity: 'warning' },
    summary: 'One token in twenty comes 1.95s after the one before'
  },
  {
    alert: 'JanusMeshSlowPictures',
    series: histogram('janus_picture_duration_seconds', orchestrator, [300, 450]),
    fires: 30,
    clears: 60,
    labels: { severity: 'warning' },
    summary: 'One picture in ten takes 7m 15s or longer'
  }
];
