import { expect, test } from 'vitest';
import { type Peer, type Place, PolicyNetwork } from './support/policy-network.ts';
import { render } from './support/render.ts';
import { tiers } from './support/schema.ts';

const labels = (component: string, instance = 'janus-mesh') => ({
  'app.kubernetes.io/name': 'janus-mesh',
  'app.kubernetes.io/instance': instance,
  'app.kubernetes.io/component': component
});
const inDemo = (podLabels: Record<string, string>): Place => ({ namespace: 'demo', labels: podLabels });
const tierPods = Object.fromEntries(tiers.map((tier) => [tier, inDemo(labels(tier))])) as Record<(typeof tiers)[number], Place>;
const stranger = inDemo({ app: 'stranger' });
const prometheus: Place = { namespace: 'monitoring', labels: { app: 'prometheus' } };
const dns: Place = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const outside: Place = { namespace: 'elsewhere', labels: {} };

const policies = async (values: unknown = {}) => new PolicyNetwork(await render([], values), 'demo');

/** Who reaches whom on a port, among some places. */
function reached(network: PolicyNetwork, places: Record<string, Place>, port: number): string[] {
  const pairs = Object.entries(places).flatMap(([from, a]) =>
    tiers.map((to) => ({ from, to, isOpen: network.allows(a, tierPods[to], port) }))
  );
  return pairs.filter(({ isOpen }) => isOpen).map(({ from, to }) => `${from} > ${to}`);
}

test('between the tiers, the orchestrator calls each of the others, and nobody calls anybody else', async () => {
  expect(reached(await policies(), tierPods, 50_051).sort()).toEqual([
    'orchestrator > image-codec',
    'orchestrator > transformer',
    'orchestrator > vision-encoder'
  ]);
});

test('clients reach the orchestrator alone: by default those of its namespace, else those that are named, and the test', async () => {
  const places = { stranger, outside, test: inDemo(labels('test')), other: inDemo(labels('orchestrator', 'other')) };
  expect(reached(await policies(), places, 50_051)).toEqual(['stranger > orchestrator', 'test > orchestrator', 'other > orchestrator']);
  const clients: Peer[] = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'elsewhere' } } }];
  expect(reached(await policies({ networkPolicy: { clients } }), places, 50_051)).toEqual([
    'outside > orchestrator',
    'test > orchestrator'
  ]);
});

test('metrics are scraped from the monitoring namespace, from all tiers, and by nobody else', async () => {
  const places = { stranger, outside, prometheus, ...tierPods };
  expect(reached(await policies(), places, 9464)).toEqual(tiers.map((tier) => `prometheus > ${tier}`));
  expect(reached(await policies({ telemetry: { metrics: { enabled: false } } }), places, 9464)).toEqual([]);
});

test('what leaves a pod: names and calls of the orchestrator; traces where there is a collector; nothing else', async () => {
  const quiet = await policies();
  const traced = await policies({ telemetry: { otlp: { endpoint: 'http://collector.monitoring.svc:4317' } } });
  for (const tier of tiers) {
    const open = (network: PolicyNetwork, place: Place, port: number, protocol = 'TCP') =>
      network.leaves(tierPods[tier], place, port, protocol);
    expect(open(quiet, dns, 53, 'UDP'), tier).toBe(tier === 'orchestrator');
    expect(open(quiet, prometheus, 4317), tier).toBe(false);
    expect([open(traced, dns, 53, 'UDP'), open(traced, dns, 53), open(traced, prometheus, 4317)], tier).toEqual([true, true, true]);
    expect([open(traced, prometheus, 9090), open(traced, outside, 443), open(traced, stranger, 50_051)], tier).toEqual([
      false,
      false,
      false
    ]);
  }
});

test('an empty list of peers is nobody, not everybody, as it would be in a rule of Kubernetes', async () => {
  const nobody = { clients: [], metricsClients: [], otlp: [], dns: [] };
  const network = await policies({ networkPolicy: nobody, telemetry: { otlp: { endpoint: 'http://collector.monitoring.svc:4317' } } });
  const places = { stranger, outside, prometheus, test: inDemo(labels('test')), ...tierPods };
  expect(reached(network, places, 9464)).toEqual([]);
  expect(reached(network, places, 50_051).filter((pair) => !pair.startsWith('orchestrator > '))).toEqual(['test > orchestrator']);
  for (const tier of tiers)
    expect([network.leaves(tierPods[tier], dns, 53, 'UDP'), network.leaves(tierPods[tier], prometheus, 4317)], tier).toEqual([
      false,
      false
    ]);
});

test('without policies there are none', async () => {
  expect((await render([], { networkPolicy: { enabled: false } })).filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
});
