import { expect, test } from 'vitest';
import { CHART, helm } from '../support/helm.ts';
import { helmTemplate } from './support/render.ts';

/** What is wrong, a values file with that mistake, and what helm says of it. */
const mistakes: readonly (readonly [string, unknown, string])[] = [
  ['an unknown key at the top', { service: {} }, "additional properties 'service' not allowed"],
  ['a misspelled tier', { services: { vision: {} } }, "at '/services': additional properties 'vision' not allowed"],
  [
    'a misspelled key of a tier',
    { services: { transformer: { replica: 2 } } },
    "at '/services/transformer': additional properties 'replica' not allowed"
  ],
  [
    'replicas in words',
    { services: { transformer: { replicas: 'two' } } },
    "at '/services/transformer/replicas': got string, want integer"
  ],
  [
    'fewer than no replicas',
    { services: { 'image-codec': { replicas: -1 } } },
    "at '/services/image-codec/replicas': minimum: got -1, want 0"
  ],
  ['half a replica', { services: { orchestrator: { replicas: 1.5 } } }, "at '/services/orchestrator/replicas': got number, want integer"],
  [
    'no limit of processors, which threads follow',
    { services: { transformer: { resources: { limits: { cpu: null } } } } },
    "at '/services/transformer/resources/limits': missing property 'cpu'"
  ],
  [
    'no limit of memory, which budgets follow',
    { services: { transformer: { resources: { limits: { memory: null } } } } },
    "at '/services/transformer/resources/limits': missing property 'memory'"
  ],
  [
    'memory without a proper unit',
    { services: { transformer: { resources: { limits: { memory: '8 GB' } } } } },
    "at '/services/transformer/resources/limits/memory': '8 GB' does not match pattern"
  ],
  [
    'a GPU among the resources',
    { services: { transformer: { resources: { limits: { 'nvidia.com/gpu': 1 } } } } },
    "at '/services/transformer/resources/limits': additional properties 'nvidia.com/gpu' not allowed"
  ],
  [
    'more GPUs than a node has',
    { services: { transformer: { gpu: { count: 17 } } } },
    "at '/services/transformer/gpu/count': maximum: got 17, want 16"
  ],
  [
    'a setting of another tier',
    { services: { orchestrator: { settings: { slots: 4 } } } },
    "at '/services/orchestrator/settings': additional properties 'slots' not allowed"
  ],
  [
    'a setting beyond its range',
    { services: { transformer: { settings: { slots: 257 } } } },
    "at '/services/transformer/settings/slots': maximum: got 257, want 256"
  ],
  [
    'a setting that is one of some words',
    { services: { transformer: { settings: { kv: 'int4' } } } },
    "at '/services/transformer/settings/kv': value must be one of 'auto', 'f32', 'int8'"
  ],
  ["a setting that is the chart's to make", { settings: { port: 1234 } }, "at '/settings': additional properties 'port' not allowed"],
  ['a log level that there is not', { settings: { logLevel: 'loud' } }, "at '/settings/logLevel': value must be one of"],
  ['a model from nowhere', { model: { source: 'huggingface' } }, "at '/model/source': value must be one of 'embedded', 'pvc', 'import'"],
  ['a bundle on a volume that is not named', { model: { source: 'pvc' } }, "at '/model/pvc/claimName': minLength: got 0, want 1"],
  [
    'a checkpoint on a volume that is not named',
    { model: { source: 'import' } },
    "at '/model/import/checkpoint/claimName': minLength: got 0, want 1"
  ],
  [
    'a form of weights that there is not',
    { model: { import: { quantize: 'int8' } } },
    "at '/model/import/quantize': value must be one of 'w8a8', 'w4', 'f32'"
  ],
  ['blocks of a form that has none', { model: { import: { block: 128 } } }, "at '/model/import/quantize': value must be 'w4'"],
  [
    'a bundle outside its volume',
    { model: { pvc: { bundle: 'pro/../..' } } },
    "at '/model/pvc/bundle': 'pro/../..' does not match pattern"
  ],
  [
    'an image with a space',
    { command: { image: { reference: 'command v1' } } },
    "at '/command/image/reference': 'command v1' does not match pattern"
  ],
  [
    'a folder outside the volume',
    { model: { import: { bundle: '../other' } } },
    "at '/model/import/bundle': '../other' does not match pattern"
  ],
  [
    'a toleration with a misspelled field',
    { services: { transformer: { tolerations: [{ key: 'gpu', efect: 'NoSchedule' }] } } },
    "at '/services/transformer/tolerations/0': additional properties 'efect' not allowed"
  ],
  [
    'a spread without what to do where it fails',
    { services: { transformer: { topologySpread: [{ topologyKey: 'zone', maxSkew: 1 }] } } },
    "at '/services/transformer/topologySpread/0': missing property 'whenUnsatisfiable'"
  ],
  [
    'a variable without a name',
    { services: { transformer: { extraEnv: [{ value: 'x' }] } } },
    "at '/services/transformer/extraEnv/0': missing property 'name'"
  ],
  [
    'processor time as what transformers scale by',
    { services: { transformer: { autoscaling: { cpuPercent: 70 } } } },
    "at '/services/transformer/autoscaling': additional properties 'cpuPercent' not allowed"
  ],
  [
    'scaling to nothing',
    { services: { transformer: { autoscaling: { minReplicas: 0 } } } },
    "at '/services/transformer/autoscaling/minReplicas': minimum: got 0, want 1"
  ],
  [
    'an address without a scheme',
    { services: { transformer: { autoscaling: { prometheus: 'prometheus:9090' } } } },
    "at '/services/transformer/autoscaling/prometheus': 'prometheus:9090' does not match pattern"
  ],
  [
    'a door of an unknown type',
    { frontDoor: { type: 'Ingress' } },
    "at '/frontDoor/type': value must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'"
  ],
  ['a port beyond the last', { frontDoor: { port: 70_000 } }, "at '/frontDoor/port': maximum: got 70,000, want 65,535"],
  ['a peer that is nobody', { networkPolicy: { clients: [{}] } }, "at '/networkPolicy/clients/0': minProperties: got 0, want 1"],
  [
    'a peer with a misspelled selector',
    { networkPolicy: { clients: [{ pods: {} }] } },
    "at '/networkPolicy/clients/0': additional properties 'pods' not allowed"
  ],
  [
    'a range that is a name',
    { networkPolicy: { clients: [{ ipBlock: { cidr: 'office' } }] } },
    "at '/networkPolicy/clients/0/ipBlock/cidr': 'office' does not match pattern"
  ],
  [
    'a collector without a port',
    { telemetry: { otlp: { endpoint: 'http://collector' } } },
    "at '/telemetry/otlp/endpoint': 'http://collector' does not match pattern"
  ],
  ['more than all traces', { telemetry: { otlp: { sampleRatio: 1.5 } } }, "at '/telemetry/otlp/sampleRatio': maximum: got 1.5, want 1"],
  [
    'a threshold of no alert',
    { monitoring: { alerts: { thresholds: { cpu: 1 } } } },
    "at '/monitoring/alerts/thresholds': additional properties 'cpu' not allowed"
  ],
  ['yes in words', { monitoring: { dashboard: { enabled: 'yes' } } }, "at '/monitoring/dashboard/enabled': got string, want boolean"],
  ['a tag with a space', { image: { tag: 'v 1' } }, "at '/image/tag': 'v 1' does not match pattern"],
  ['a tier that is taken away', { services: { 'image-codec': null } }, "at '/services': missing property 'image-codec'"],
  [
    'a threshold that is taken away',
    { monitoring: { alerts: { thresholds: { kvShare: null } } } },
    "at '/monitoring/alerts/thresholds': missing property 'kvShare'"
  ],
  ['a wait of no time, which older clusters refuse', { preStopSeconds: 0 }, "at '/preStopSeconds': minimum: got 0, want 1"],
  ['a name too long for what is appended', { fullnameOverride: 'a'.repeat(41) }, "at '/fullnameOverride': "]
];

test.each(mistakes)('the schema refuses %s', async (_what, values, message) => {
  const { code, stdout, stderr } = await helmTemplate([], values);
  expect(stderr).toContain(message);
  expect(stderr).toContain("values don't meet the specifications of the schema(s) in the following chart(s):\njanus-mesh:\n");
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
});

/** Mistakes that lie between two values. */
test.each([
  [
    'a drain shorter than the longest call',
    { settings: { drainSeconds: 60 } },
    'settings.drainSeconds is 60, less than settings.deadlineSeconds (600): the longest picture would be cut off by a rollout'
  ],
  [
    'fewest replicas above most',
    { services: { 'image-codec': { autoscaling: { minReplicas: 9 } } } },
    'services.image-codec.autoscaling: minReplicas is 9, more than maxReplicas (4)'
  ],
  [
    'a rollout that can do nothing',
    { services: { transformer: { rollout: { maxSurge: 0 } } } },
    'services.transformer.rollout: maxSurge and maxUnavailable are both 0, so no pod could ever be replaced'
  ],
  [
    'packed weights in a read-only image',
    { services: { transformer: { settings: { packedWeights: 'files' } } } },
    'services.transformer.settings.packedWeights is files, which are written beside the bundle: the embedded model lies in the image, which is read-only'
  ],
  [
    'scaling by metrics that are off',
    { telemetry: { metrics: { enabled: false } }, services: { transformer: { autoscaling: { enabled: true } } } },
    'services.transformer.autoscaling asks Prometheus for the queue and the KV cache: set telemetry.metrics.enabled, too'
  ],
  [
    'scrapes of metrics that are off',
    { telemetry: { metrics: { enabled: false } }, monitoring: { serviceMonitor: { enabled: true } } },
    'monitoring.serviceMonitor needs what Prometheus scrapes: set telemetry.metrics.enabled, too'
  ],
  [
    'alerts on metrics that are off',
    { telemetry: { metrics: { enabled: false } }, monitoring: { alerts: { enabled: true } } },
    'monitoring.alerts needs what Prometheus scrapes: set telemetry.metrics.enabled, too'
  ],
  [
    "a variable that is the chart's to set",
    { services: { transformer: { extraEnv: [{ name: 'JANUS_MESH_SLOTS', value: '4' }] } } },
    "services.transformer.extraEnv: JANUS_MESH_SLOTS is the chart's to set: use services.transformer.settings, or settings"
  ],
  [
    "a variable that the chart's own are made of",
    {
      telemetry: { otlp: { endpoint: 'http://collector:4317' } },
      services: { transformer: { extraEnv: [{ name: 'POD_NAME', value: 'me' }] } }
    },
    "services.transformer.extraEnv: POD_NAME is the chart's to set, where telemetry.otlp has an endpoint"
  ],
  [
    'a variable that is there twice',
    { services: { transformer: { extraEnv: [{ name: 'A', value: '1' }, { name: 'A' }] } } },
    'services.transformer.extraEnv: A is there twice'
  ],
  [
    'a variable of two values',
    { services: { transformer: { extraEnv: [{ name: 'A', value: '1', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] } } },
    'services.transformer.extraEnv: A has a value and a valueFrom'
  ],
  [
    'a label that Services find pods by',
    { services: { transformer: { podLabels: { 'app.kubernetes.io/component': 'mine' } } } },
    "services.transformer.podLabels: app.kubernetes.io/component is the chart's to set"
  ],
  [
    "an annotation that is the chart's",
    { services: { transformer: { podAnnotations: { 'kubectl.kubernetes.io/default-container': 'sidecar' } } } },
    "services.transformer.podAnnotations: kubectl.kubernetes.io/default-container is the chart's to set"
  ],
  [
    "a label of a monitor that is the chart's",
    { monitoring: { serviceMonitor: { labels: { 'app.kubernetes.io/instance': 'prometheus' } } } },
    "monitoring.serviceMonitor.labels: app.kubernetes.io/instance is the chart's to set"
  ],
  [
    'a port of nodes for a door within',
    { frontDoor: { nodePort: 30_000 } },
    'frontDoor.nodePort is 30000, and a Service of type ClusterIP has none: set frontDoor.type'
  ],
  [
    'sources of a balancer that is not there',
    { frontDoor: { loadBalancerSourceRanges: ['10.0.0.0/8'] } },
    'frontDoor.loadBalancerSourceRanges are for a LoadBalancer, and frontDoor.type is ClusterIP'
  ]
])('the chart refuses %s', async (_what, values, message) => {
  const { code, stderr } = await helmTemplate([], values);
  expect(stderr).toContain(message);
  expect(code).not.toBe(0);
});

test.each(['2024', 'pictures.eu'])('a release called %s needs a name that Services can begin with', async (release) => {
  const { code, stderr } = await helm(['template', release, CHART]);
  expect(stderr).toContain(
    `names would begin with ${release}-janus-mesh, but a Service's is of letters, digits and hyphens, a letter first`
  );
  expect(code).not.toBe(0);
});
