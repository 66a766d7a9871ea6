import { expect, test } from 'vitest';
import { at, find, type KubernetesObject, render } from './support/render.ts';
import { tiers } from './support/schema.ts';

const pods = (objects: readonly KubernetesObject[]) =>
  tiers.map((tier) => at(find(objects, 'Deployment', `janus-mesh-${tier}`), 'spec.template.spec'));

function bundleOf(pod: unknown): unknown {
  return (at(pod, 'containers.0.env') as { name: string; value?: string }[]).find(({ name }) => name === 'JANUS_MESH_BUNDLE')?.value;
}

test('the embedded model lies in the images: no volume, no init container', async () => {
  for (const pod of pods(await render())) {
    expect(bundleOf(pod)).toBe('/models/tiny-shapes');
    expect(at(pod, 'initContainers')).toBeUndefined();
    expect((at(pod, 'volumes') as { name: string }[]).map(({ name }) => name)).toEqual(['temporary']);
  }
});

test('a bundle on a volume is mounted by every tier, to be read', async () => {
  for (const pod of pods(await render([], { model: { source: 'pvc', pvc: { claimName: 'models', bundle: 'pro/1b' } } }))) {
    expect(bundleOf(pod)).toBe('/bundles/pro/1b');
    expect(at(pod, 'volumes')).toContainEqual({ name: 'bundles', persistentVolumeClaim: { claimName: 'models' } });
    expect(at(pod, 'containers.0.volumeMounts')).toContainEqual({ name: 'bundles', mountPath: '/bundles', readOnly: true });
  }
});

test('only a transformer that keeps packed weights beside the bundle may write there', async () => {
  const values = {
    model: { source: 'pvc', pvc: { claimName: 'models' } },
    services: { transformer: { settings: { packedWeights: 'files' } } }
  };
  const readOnly = pods(await render([], values)).map(
    (pod) =>
      (at(pod, 'containers.0.volumeMounts') as { name: string; readOnly?: boolean }[]).find(({ name }) => name === 'bundles')?.readOnly
  );
  expect(readOnly).toEqual([true, false, true, true]);
});

test('an import is done by an init container of every pod, by whichever comes first, into a volume of all', async () => {
  const values = {
    model: {
      source: 'import',
      import: {
        checkpoint: { claimName: 'checkpoints', path: 'Janus-Pro-7B' },
        quantize: 'w4',
        block: 128,
        bundles: { claimName: 'models' },
        bundle: 'pro-7b-w4',
        timeoutSeconds: 7200
      }
    }
  };
  const objects = await render([], values);
  for (const pod of pods(objects)) {
    expect(at(pod, 'initContainers')).toMatchObject([
      {
        name: 'import',
        image: 'janus-mesh/command:0.1.0',
        args: [
          'import',
          '/checkpoint/Janus-Pro-7B',
          '--out',
          '/bundles/pro-7b-w4',
          '--name',
          'Janus-Pro-7B',
          '--quantize',
          'w4',
          '--block',
          '128',
          '--if-missing',
          '--json'
        ]
      }
    ]);
    expect(at(pod, 'initContainers.0.volumeMounts')).toEqual([
      { name: 'bundles', mountPath: '/bundles' },
      { name: 'checkpoint', mountPath: '/checkpoint', readOnly: true },
      { name: 'temporary', mountPath: '/tmp' }
    ]);
    expect(at(pod, 'volumes')).toEqual(
      expect.arrayContaining([
        { name: 'bundles', persistentVolumeClaim: { claimName: 'models' } },
        { name: 'checkpoint', persistentVolumeClaim: { claimName: 'checkpoints', readOnly: true } }
      ])
    );
    expect(bundleOf(pod)).toBe('/bundles/pro-7b-w4');
  }
  expect(at(find(objects, 'Deployment', 'janus-mesh-transformer'), 'spec.progressDeadlineSeconds')).toBe(600 + 7200 + 300);
});

test('without a volume of all, each pod imports into one of its own', async () => {
  const objects = await render([], { model: { source: 'import', import: { checkpoint: { claimName: 'c' }, bundles: { size: '3Gi' } } } });
  for (const pod of pods(objects)) expect(at(pod, 'volumes')).toContainEqual({ name: 'bundles', emptyDir: { sizeLimit: '3Gi' } });
  const args = at(pods(objects)[0], 'initContainers.0.args') as string[];
  expect(args.slice(0, 6)).toEqual(['import', '/checkpoint', '--out', '/bundles/bundle', '--name', 'bundle']);
});
