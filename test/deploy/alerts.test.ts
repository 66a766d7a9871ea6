import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertScenarios } from './support/alert-scenarios.ts';
import { promtool } from './support/promtool.ts';
import { find, render } from './support/render.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly annotations: Readonly<Record<string, string>> }[];
  }[];
}

const tool = promtool();
let folder: string;
let rules: Rules;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'janus-mesh-alerts-'));
  const objects = await render(['--set', 'monitoring.alerts.enabled=true']);
  rules = find(objects, 'PrometheusRule', 'janus-mesh').spec as Rules;
  writeFileSync(join(folder, 'rules.json'), JSON.stringify(rules));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const alertNames = () => rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));

function run(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((settle) => {
    execFile(tool as string, args, { cwd: folder }, (error, stdout, stderr) => settle({ code: error ? 1 : 0, output: stdout + stderr }));
  });
}

test.skipIf(tool === undefined)('promtool finds nothing wrong with the rules (needs promtool: Debian package prometheus)', async () => {
  const { code, output } = await run(['check', 'rules', 'rules.json']);
  expect(output).toContain(`SUCCESS: ${alertNames().length} rules found`);
  expect(code).toBe(0);
});

test('each alert has a scenario', () => {
  expect(new Set(alertScenarios.map(({ alert }) => alert))).toEqual(new Set(alertNames()));
});

test.skipIf(tool === undefined).each(alertScenarios)('$alert fires, says why, and clears (needs promtool)', async (scenario) => {
  const { alert, series, fires, clears, labels, summary } = scenario;
  const firing = { exp_labels: labels, exp_annotations: { summary, runbook_url: `deploy/README.md#${alert.toLowerCase()}` } };
  const file = `${alert}.json`;
  const given = {
    rule_files: ['rules.json'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [
          { eval_time: '1m', alertname: alert, exp_alerts: [] },
          { eval_time: `${fires}m`, alertname: alert, exp_alerts: [firing] },
          { eval_time: `${clears}m`, alertname: alert, exp_alerts: [] }
        ]
      }
    ]
  };
  writeFileSync(join(folder, file), JSON.stringify(given));
  const { code, output } = await run(['test', 'rules', file]);
  expect(output).toContain('SUCCESS');
  expect(code).toBe(0);
});

test('the page that an alert names says what it means, what to look at and what to do', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../deploy/README.md'), 'utf8');
  for (const { alert, annotations } of rules.groups.flatMap((group) => group.rules)) {
    expect(annotations.runbook_url).toBe(`deploy/README.md#${alert.toLowerCase()}`);
    const section = page.split(`\n### ${alert}\n`)[1]?.split('\n#')[0] ?? '';
    for (const part of ['_Means._', '_Look at._', '_Do._']) expect(section, alert).toContain(part);
  }
});

test('an alert of another threshold asks for that one, of another release for its pods', async () => {
  const objects = await render([
    '--set',
    'monitoring.alerts.enabled=true,monitoring.alerts.thresholds.pictureSeconds=45,fullnameOverride=green'
  ]);
  const text = JSON.stringify(find(objects, 'PrometheusRule', 'green').spec);
  expect(text).toContain('> 45');
  expect(text).toContain('job=~\\"green-(image-codec|orchestrator|transformer|vision-encoder)\\"');
  expect(text).not.toContain('"janus-mesh-');
  expect(text).not.toMatch(/<[a-zA-Z]+>/);
});
