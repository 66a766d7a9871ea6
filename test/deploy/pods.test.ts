import {
  ImageCodecServiceDefinition,
  JanusServiceDefinition,
  TransformerServiceDefinition,
  VisionEncoderServiceDefinition
} from '@janus-mesh/contracts';
import { expect, test } from 'vitest';
import { at, exampleArgs, exampleNames, find, type KubernetesObject, labelOf, render } from './support/render.ts';
import { tiers } from './support/schema.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

const ALIVE = 'grpc.health.v1.Health';
const healthServices = {
  orchestrator: JanusServiceDefinition.fullName,
  transformer: TransformerServiceDefinition.fullName,
  'vision-encoder': VisionEncoderServiceDefinition.fullName,
  'image-codec': ImageCodecServiceDefinition.fullName
};

/** The pod of a Deployment, or the Pod itself. */
function podOf(object: KubernetesObject): unknown {
  return object.kind === 'Deployment' ? at(object, 'spec.template.spec') : object.spec;
}

function containersOf(object: KubernetesObject): Container[] {
  const pod = podOf(object) as { containers: Container[]; initContainers?: Container[] };
  return [...(pod.initContainers ?? []), ...pod.containers];
}

const workloads = async (args: readonly string[] = [], values: unknown = {}) =>
  (await render(args, values)).filter(({ kind }) => kind === 'Deployment' || kind === 'Pod');

test.each(tiers)('probes of the %s ask gRPC by service name; its liveness does not hang on its model', async (tier) => {
  const container = at(find(await render(), 'Deployment', `janus-mesh-${tier}`), 'spec.template.spec.containers.0');
  const service = (probe: string) => at(container, `${probe}.grpc`);
  expect(service('readinessProbe')).toEqual({ port: 50_051, service: healthServices[tier] });
  expect(service('livenessProbe')).toEqual({ port: 50_051, service: ALIVE });
  // The orchestrator is ready once it saw each tier: that it waits for them must not have it started anew.
  expect(service('startupProbe')).toEqual({ port: 50_051, service: tier === 'orchestrator' ? ALIVE : healthServices[tier] });
});

test('a start may take startupSeconds', async () => {
  const objects = await render([], { services: { transformer: { startupSeconds: 901 } } });
  const probe = at(find(objects, 'Deployment', 'janus-mesh-transformer'), 'spec.template.spec.containers.0.startupProbe');
  expect(Number(at(probe, 'periodSeconds')) * Number(at(probe, 'failureThreshold'))).toBe(902);
});

test.each([
  ['by default', {}, 640],
  ['with longer calls', { settings: { deadlineSeconds: 900, drainSeconds: 1200.5 }, preStopSeconds: 15 }, 15 + 1201 + 30]
])('a pod is given the time of its wait, its drain and a little more before it is killed, %s', async (_what, values, seconds) => {
  for (const deployment of (await workloads([], values)).filter(({ kind }) => kind === 'Deployment')) {
    const preStop = Number(at(podOf(deployment), 'containers.0.lifecycle.preStop.sleep.seconds'));
    expect(preStop).toBe((values as { preStopSeconds?: number }).preStopSeconds ?? 10);
    expect(at(podOf(deployment), 'terminationGracePeriodSeconds'), labelOf(deployment)).toBe(seconds);
  }
});

test.each(exampleNames)(
  'every container of the example %s runs without root, capabilities, tokens, or a root that can be written',
  async (name) => {
    for (const workload of await workloads(exampleArgs(name))) {
      expect(podOf(workload), labelOf(workload)).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10_001, runAsGroup: 10_001, seccompProfile: { type: 'RuntimeDefault' } }
      });
      for (const { name: container, securityContext, volumeMounts } of containersOf(workload)) {
        expect(securityContext, container).toEqual({
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] }
        });
        expect(volumeMounts, container).toContainEqual({ name: 'temporary', mountPath: '/tmp' });
      }
    }
  }
);

test.each(exampleNames)('every container of the example %s has limits, and every pod its processors as threads', async (name) => {
  for (const workload of await workloads(exampleArgs(name))) {
    for (const container of containersOf(workload)) {
      expect(at(container, 'resources.limits'), container.name).toMatchObject({ cpu: expect.anything(), memory: expect.anything() });
    }
    if (workload.kind !== 'Deployment') continue;
    const [container] = containersOf(workload);
    const threads = (at(podOf(workload), 'containers.0.env') as { name: string; valueFrom?: unknown }[]).find(
      ({ name: variable }) => variable === 'JANUS_MESH_THREADS'
    );
    expect(threads?.valueFrom, container?.name).toEqual({
      resourceFieldRef: { containerName: workload.metadata.labels['app.kubernetes.io/component'], resource: 'limits.cpu', divisor: '1' }
    });
  }
});

test('GPUs are taken as a resource beside the others, with their class, nodes and taints', async () => {
  const pod = podOf(find(await render(exampleArgs('gpu-tiers')), 'Deployment', 'janus-mesh-transformer'));
  expect(pod).toMatchObject({
    runtimeClassName: 'nvidia',
    nodeSelector: { 'node-pool': 'gpu-large' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    containers: [{ resources: { limits: { cpu: '8', memory: '24Gi', 'nvidia.com/gpu': 1 }, requests: { cpu: '4', memory: '16Gi' } } }]
  });
  expect(JSON.stringify(await render())).not.toContain('nvidia.com/gpu');
});

test('replicas of a tier are spread over nodes and zones, those of the newest rollout alone', async () => {
  const deployment = find(await render(), 'Deployment', 'janus-mesh-transformer');
  const spread = at(podOf(deployment), 'topologySpreadConstraints') as { topologyKey: string; labelSelector: { matchLabels: object } }[];
  expect(spread.map(({ topologyKey }) => topologyKey)).toEqual(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
  for (const constraint of spread) {
    expect(constraint).toMatchObject({ maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', matchLabelKeys: ['pod-template-hash'] });
    expect(constraint.labelSelector.matchLabels).toEqual(at(deployment, 'spec.selector.matchLabels'));
  }
});

test.each(tiers)('the %s has a headless Service, and loses one pod at a time to drains of nodes', async (tier) => {
  const objects = await render();
  const labels = at(find(objects, 'Deployment', `janus-mesh-${tier}`), 'spec.selector.matchLabels');
  expect(find(objects, 'Service', `janus-mesh-${tier}`).spec).toMatchObject({ clusterIP: 'None', selector: labels });
  expect(find(objects, 'PodDisruptionBudget', `janus-mesh-${tier}`).spec).toMatchObject({
    maxUnavailable: 1,
    selector: { matchLabels: labels }
  });
});

test('the orchestrator finds each tier by the name of its headless Service', async () => {
  const objects = await render();
  const env = at(find(objects, 'Deployment', 'janus-mesh-orchestrator'), 'spec.template.spec.containers.0.env') as {
    name: string;
    value: string;
  }[];
  const targets = env.filter(({ value }) => value?.startsWith('dns:///'));
  expect(targets.map(({ name, value }) => [name, value])).toEqual([
    ['JANUS_MESH_IMAGE_CODEC', 'dns:///janus-mesh-image-codec:50051'],
    ['JANUS_MESH_TRANSFORMER', 'dns:///janus-mesh-transformer:50051'],
    ['JANUS_MESH_VISION_ENCODER', 'dns:///janus-mesh-vision-encoder:50051']
  ]);
  for (const { value } of targets) find(objects, 'Service', value.replace(/^dns:\/\/\/(.*):\d+$/, '$1'));
});

test("the front door leads to this release's orchestrators, or to another release's", async () => {
  const selector = async (values: unknown) => at(find(await render([], values), 'Service', 'janus-mesh'), 'spec.selector');
  const labels = { 'app.kubernetes.io/name': 'janus-mesh', 'app.kubernetes.io/component': 'orchestrator' };
  expect(await selector({})).toEqual({ ...labels, 'app.kubernetes.io/instance': 'janus-mesh' });
  expect(await selector({ frontDoor: { release: 'green' } })).toEqual({ ...labels, 'app.kubernetes.io/instance': 'green' });
});

test('images come from the registry that is named, by tag or by digest', async () => {
  const images = async (args: readonly string[]) =>
    [...new Set((await workloads(args)).flatMap(containersOf).map(({ image }) => image))].sort();
  expect(await images(['--set', 'image.registry=registry.example.com:5000', '--set', 'image.tag=2.0.1'])).toEqual(
    ['command', 'image-codec', 'orchestrator', 'transformer', 'vision-encoder'].map(
      (name) => `registry.example.com:5000/janus-mesh/${name}:2.0.1`
    )
  );
  const digests = await images(exampleArgs('air-gapped'));
  expect(digests).toHaveLength(5);
  for (const image of digests) expect(image).toMatch(/^registry\.internal:5000\/mirror\/janus-mesh\/[a-z-]+@sha256:[0-9a-f]{64}$/);
});

test('helm test describes a picture, then draws one, through the orchestrators of its own release', async () => {
  const pod = find(await render([], { frontDoor: { release: 'green' } }), 'Pod', 'janus-mesh-test');
  expect(at(pod, 'metadata.annotations')).toMatchObject({ 'helm.sh/hook': 'test' });
  expect(containersOf(pod).map(({ args }) => args)).toEqual([
    ['describe', '/pictures/star-above-circle.png', '--target', 'janus-mesh-orchestrator:50051'],
    expect.arrayContaining([
      'draw',
      'a red star above a blue circle',
      '--out',
      '/tmp/picture.png',
      '--target',
      'janus-mesh-orchestrator:50051'
    ])
  ]);
});
