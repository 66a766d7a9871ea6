import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CHART, helm } from '../support/helm.ts';
import { customFaults, isCustom } from './support/custom-resources.ts';
import { kubernetesFaults, kubernetesVersions, validatingPython } from './support/kubernetes-schemas.ts';
import { exampleArgs, exampleNames, find, helmTemplate, type KubernetesObject, render } from './support/render.ts';

const python = validatingPython();

/** All that the chart can render: the defaults, the examples, and what no example turns on. */
const variants: readonly (readonly [string, readonly string[], unknown])[] = [
  ['the defaults', [], {}],
  ...exampleNames.map((name) => [`the example ${name}`, exampleArgs(name), {}] as const),
  ['a bundle on a volume', [], { model: { source: 'pvc', pvc: { claimName: 'bundles', bundle: 'janus-pro-1b' } } }],
  ['an import in each pod', [], { model: { source: 'import', import: { checkpoint: { claimName: 'checkpoints', path: 'pro' } } } }],
  [
    'words that YAML would take for numbers',
    [],
    {
      image: { pullSecrets: ['77'] },
      model: {
        source: 'import',
        import: { checkpoint: { claimName: '2024', path: '1' }, bundles: { claimName: '2025' }, bundle: '3' }
      },
      frontDoor: { release: '12' },
      services: {
        transformer: { image: { reference: '123' }, priorityClassName: 'true', gpu: { count: 1, runtimeClassName: '1e3' } }
      }
    }
  ],
  [
    'what is seldom set',
    [],
    {
      fullnameOverride: 'pictures',
      image: { pullSecrets: ['registry'] },
      frontDoor: { type: 'LoadBalancer', annotations: { a: 'b' }, loadBalancerSourceRanges: ['10.0.0.0/8'], release: 'other' },
      telemetry: { otlp: { endpoint: 'http://collector.monitoring.svc:4317', metrics: true } },
      services: {
        transformer: {
          gpu: { count: 1, runtimeClassName: 'nvidia' },
          priorityClassName: 'high',
          podLabels: { team: 'pictures' },
          podAnnotations: { note: 'x' },
          tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
          nodeSelector: { pool: 'gpu' },
          rollout: { maxSurge: '25%', maxUnavailable: 1 },
          extraEnv: [
            { name: 'HTTPS_PROXY', value: 'http://proxy:3128' },
            { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'tokens', key: 'otlp' } } }
          ]
        }
      }
    }
  ]
];

const rendered = new Map<string, Promise<KubernetesObject[]>>();
function objectsOf([name, args, values]: (typeof variants)[number]): Promise<KubernetesObject[]> {
  const objects = rendered.get(name) ?? render(args, values);
  rendered.set(name, objects);
  return objects;
}

test.each(['the defaults', ...exampleNames])('helm lint --strict finds nothing: %s', async (name) => {
  const { code, stdout, stderr } = await helm(['lint', '--strict', CHART, ...(exampleNames.includes(name) ? exampleArgs(name) : [])]);
  expect(stdout + stderr).not.toMatch(/\[(WARNING|ERROR)\]/);
  expect(code).toBe(0);
});

test.each(variants)('%s: four tiers, one named Service each, and no object twice', async (...variant) => {
  const objects = await objectsOf(variant);
  const tiers = objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.labels['app.kubernetes.io/component']);
  expect(tiers.sort()).toEqual(['image-codec', 'orchestrator', 'transformer', 'vision-encoder']);
  const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
});

test.skipIf(python === undefined)(
  `every object of Kubernetes is valid, unknown fields refused, in ${kubernetesVersions.join(', ')} (needs Python's kubernetes-validate)`,
  async () => {
    const objects = (await Promise.all(variants.map(objectsOf))).flat().filter((object) => !isCustom(object));
    expect(objects.length).toBeGreaterThan(100);
    expect(await kubernetesFaults(python as string, distinct(objects))).toEqual([]);
  },
  180_000
);

test.skipIf(python === undefined)('the schemas would find a field that is not known, in every version', async () => {
  const service = find(await objectsOf(variants[0] as never), 'Service', 'janus-mesh-transformer');
  const wrong = { ...service, spec: { ...(service.spec as object), clusterIp: 'None' } };
  const faults = await kubernetesFaults(python as string, [wrong]);
  expect(faults.map(({ version, path }) => [version, path])).toEqual(kubernetesVersions.map((version) => [version, 'spec']));
  expect(faults[0]?.message).toContain("'clusterIp' was unexpected");
});

test("every object of KEDA and of the Prometheus operator is valid by those kinds' own schemas, unknown fields refused", async () => {
  const objects = (await Promise.all(variants.map(objectsOf))).flat().filter(isCustom);
  expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(['ScaledObject', 'ServiceMonitor', 'PrometheusRule']));
  expect(objects.flatMap(customFaults)).toEqual([]);
});

test('those schemas would find a wrong value, and a field that is not known, wherever it lies', async () => {
  const objects = (await Promise.all(variants.map(objectsOf))).flat();
  const scaled = structuredClone(objects.find(({ kind }) => kind === 'ScaledObject')) as KubernetesObject & {
    spec: { fallback: Record<string, unknown>; minReplicaCount: unknown };
  };
  scaled.spec.fallback.replica = 2;
  expect(customFaults(scaled)).toEqual(['ScaledObject janus-mesh-transformer: spec.fallback.replica is not known']);
  scaled.spec.minReplicaCount = 'one';
  expect(customFaults(scaled)).toEqual(['ScaledObject janus-mesh-transformer: /spec/minReplicaCount: type {"type":"integer"}']);
});

test('the packed chart, without its examples, gives the same objects, every time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-chart-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const packed = await helm(['package', CHART, '--destination', folder]);
  expect(packed.stdout).toContain('janus-mesh-0.1.0.tgz');
  const { stdout } = await helm(['template', 'janus-mesh', join(folder, 'janus-mesh-0.1.0.tgz'), '--namespace', 'demo']);
  expect(stdout).toBe((await helmTemplate([])).stdout);
  expect((await helmTemplate([])).stdout).toBe(stdout);
});

test('as a part of another chart it takes its values under its name, and no harm from global ones', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-parent-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(CHART, join(folder, 'charts/janus-mesh'), { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: parent\nversion: 1.0.0\n');
  writeFileSync(join(folder, 'values.yaml'), 'global: { team: pictures }\njanus-mesh: { image: { tag: "2" } }\n');
  const { code, stdout } = await helm(['template', 'studio', folder]);
  expect(code).toBe(0);
  expect(stdout).toContain('image: "janus-mesh/transformer:2"\n');
});

test('an older Kubernetes than the one whose fields it uses is refused', async () => {
  const { code, stderr } = await helmTemplate(['--kube-version', '1.29']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('chart requires kubeVersion: >=1.30.0-0 which is incompatible with Kubernetes v1.29');
});

/** Many variants have the same objects. */
function distinct(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [...new Map(objects.map((object) => [JSON.stringify(object), object])).values()];
}
