import { expect, test } from 'vitest';
import { at, exampleArgs, find, render } from './support/render.ts';
import { tiers } from './support/schema.ts';

const on = { autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 9 } };
const all = { services: Object.fromEntries(tiers.map((tier) => [tier, on])) };

test('a tier that scales leaves the number of its pods to what scales it, so that an upgrade does not set it back', async () => {
  const replicas = async (values: unknown) => {
    const objects = await render([], values);
    return tiers.map((tier) => at(find(objects, 'Deployment', `janus-mesh-${tier}`), 'spec.replicas'));
  };
  expect(await replicas({ services: { transformer: { replicas: 3 } } })).toEqual([1, 3, 1, 1]);
  expect(await replicas(all)).toEqual([undefined, undefined, undefined, undefined]);
});

test.each(tiers.filter((tier) => tier !== 'transformer'))('the %s scales by processor time', async (tier) => {
  expect(find(await render([], all), 'HorizontalPodAutoscaler', `janus-mesh-${tier}`).spec).toMatchObject({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `janus-mesh-${tier}` },
    minReplicas: 2,
    maxReplicas: 9,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 300 } }
  });
});

test('the transformer scales by its queue and its KV cache, never by processor time, which one request takes whole', async () => {
  const objects = await render([], all);
  const { spec } = find(objects, 'ScaledObject', 'janus-mesh-transformer');
  expect(spec).toMatchObject({ scaleTargetRef: { name: 'janus-mesh-transformer' }, minReplicaCount: 2, maxReplicaCount: 9 });
  const triggers = at(spec, 'triggers') as { type: string; metricType: string; metadata: { query: string; threshold: string } }[];
  const pods = 'namespace="demo",job="janus-mesh-transformer"';
  expect(triggers.map(({ type, metricType, metadata }) => [type, metricType, metadata.query, metadata.threshold])).toEqual([
    ['prometheus', 'AverageValue', `sum(janus_queue_depth{${pods}})`, '4'],
    ['prometheus', 'AverageValue', `sum(janus_kv_used_bytes{${pods}} / janus_kv_budget_bytes{${pods}})`, '0.8']
  ]);
  const scaled = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler').map(({ metadata }) => metadata.name);
  expect(scaled).not.toContain('janus-mesh-transformer');
});

test('while Prometheus is away, or has no figure, the transformer keeps the replicas of the fallback', async () => {
  const { spec } = find(await render(exampleArgs('keda-and-monitoring')), 'ScaledObject', 'janus-mesh-transformer');
  expect(at(spec, 'fallback')).toEqual({ failureThreshold: 4, replicas: 4 });
  // By itself, KEDA takes no figure for 0, and would scale down.
  for (const trigger of at(spec, 'triggers') as object[]) expect(trigger).toMatchObject({ metadata: { ignoreNullValues: 'false' } });
});

test('pods go one at a time, after a quiet while', async () => {
  const { spec } = find(await render([], all), 'ScaledObject', 'janus-mesh-transformer');
  expect(at(spec, 'advanced.horizontalPodAutoscalerConfig.behavior.scaleDown')).toEqual({
    stabilizationWindowSeconds: 600,
    policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }]
  });
});
