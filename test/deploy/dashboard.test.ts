import { expect, test } from 'vitest';
import { at, exampleArgs, find, render } from './support/render.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly legendFormat: string }[];
}

const map = find(await render(exampleArgs('keda-and-monitoring')), 'ConfigMap', 'janus-mesh-dashboard') as unknown as {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, string>>;
};
const dashboard: unknown = JSON.parse(map.data['janus-mesh.json'] as string);
const panels = at(dashboard, 'panels') as Panel[];

test("Grafana's sidecar finds the dashboard by its label, and Grafana by a name of the release's own", () => {
  expect(map.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
  expect(dashboard).toMatchObject({ title: 'janus-mesh: demo/janus-mesh', uid: expect.stringMatching(/^janus-mesh-[0-9a-f]{12}$/) });
});

test('no panel lies over another, and each has its number', () => {
  const cells = panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => ({ title, at: `${x + (cell % w)} ${y + Math.floor(cell / w)}` }))
  );
  const taken = new Map<string, string>();
  for (const cell of cells) {
    expect(taken.get(cell.at), `${cell.title} at ${cell.at}`).toBeUndefined();
    taken.set(cell.at, cell.title);
  }
  expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

test('every panel asks the source that is chosen above, under names that tell its lines apart', () => {
  const charts = panels.filter(({ type }) => type === 'timeseries');
  expect(charts.length).toBeGreaterThan(15);
  for (const { title, targets = [] } of charts) {
    expect(targets.length, title).toBeGreaterThan(0);
    expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    expect(new Set(targets.map(({ legendFormat }) => legendFormat)).size, title).toBe(targets.length);
    for (const target of targets)
      expect(target, title).toMatchObject({ datasource: { type: 'prometheus', uid: expect.stringMatching(/^\$\{datasource\}$/) } });
  }
});
