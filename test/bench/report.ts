import type { ModelConfig } from '@janus-mesh/models';
import type { CaseProfile } from './experiments/profiles.ts';
import type { Machine } from './machine.ts';
import { shareOfPossible } from './possible.ts';
import type { Results, Series } from './results.ts';
import type { SoakedService } from './soak.ts';
import { spread } from './statistics.ts';
import { tableLines } from './table.ts';
import { isMet, type Target } from './targets.ts';

/** A service's memory may grow by so many MB a minute, at the upper end of what its readings allow. */
export const SOAK_LIMIT_MB = 2;

const OPERATORS_SHOWN = 12;

/** What was measured, what must hold, and what was skipped, as lines for a terminal. */
export function reportLines(
  results: Results,
  { targets, config, machine }: { targets: readonly Target[]; config: ModelConfig; machine: Machine }
): string[] {
  const { cpu, cores, memoryGb, system, node, loadAtStart, date } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, node ${node}; load ${loadAtStart.toFixed(1)} when it began, ${date}`,
    ...Object.entries(results.versions).map(([subject, versions]) => `${subject}: ${versionsText(versions)}`),
    '',
    ...tableLines(
      [
        { title: 'case' },
        { title: 'subject' },
        { title: 'median', align: 'right' },
        { title: 'quartiles', align: 'right' },
        { title: 'of the possible', align: 'right' },
        { title: 'rounds', align: 'right' },
        { title: 'disturbed', align: 'right' }
      ],
      results.all.map((series) => seriesRow(series, shareOfPossible(results, config, { subject: series.subject, name: series.case })))
    ),
    '',
    ...tableLines(
      [{ title: 'what must hold' }, { title: 'measured', align: 'right' }, { title: 'target', align: 'right' }, { title: '' }],
      targets.map(targetRow)
    ),
    ...results.skipped.map(({ what, reason }) => `skipped: ${what}: ${reason}`)
  ];
}

/** Where the time of cases goes. */
export function profileLines(profiles: readonly CaseProfile[]): string[] {
  return profiles.flatMap(({ case: name, form, ms, operators }) => {
    const between = ms - operators.reduce((sum, operator) => sum + operator.ms, 0);
    const rows = [
      ...operators.slice(0, OPERATORS_SHOWN),
      { operator: '(between nodes, and the rest)', ms: restOf(operators) + between, nodes: 0 }
    ];
    return [
      `${name}, ${form}: ${figure(ms)} ms a run of its slowest network, while it is profiled`,
      ...tableLines(
        [{ title: 'operator' }, ...['ms', 'share', 'nodes'].map((title) => ({ title, align: 'right' as const }))],
        rows.map((row) => [
          row.operator,
          figure(row.ms),
          `${((100 * row.ms) / ms).toFixed(1)} %`,
          row.nodes ? `${Math.round(row.nodes)}` : ''
        ])
      ),
      ''
    ];
  });
}

function restOf(operators: CaseProfile['operators']): number {
  return operators.slice(OPERATORS_SHOWN).reduce((sum, { ms }) => sum + ms, 0);
}

/** What a soak found. */
export function soakLines(services: readonly SoakedService[]): string[] {
  return tableLines(
    [
      { title: 'service' },
      ...['MB a minute', 'at most (95 %)', 'RSS, MB', 'peak, MB'].map((title) => ({ title, align: 'right' as const })),
      { title: '' }
    ],
    services.map(({ service, slope, upper, rssMb, peakMb }) => [
      service,
      slope.toFixed(2),
      upper.toFixed(2),
      rssMb.toFixed(0),
      peakMb.toFixed(0),
      upper < SOAK_LIMIT_MB ? 'met' : 'NOT MET'
    ])
  );
}

function seriesRow({ subject, case: name, samples, disturbed }: Series, share: number | undefined): string[] {
  const { median, low, high } = spread(samples);
  return [
    name,
    subject,
    figure(median),
    samples.length > 1 ? `${figure(low)}-${figure(high)}` : '',
    share === undefined ? '' : `${(100 * share).toFixed(0)} %`,
    `${samples.length}`,
    disturbed ? `${disturbed}` : ''
  ];
}

function targetRow(target: Target): string[] {
  const { what, bound, limit, unit, value } = target;
  const met = isMet(target);
  const verdict = met === undefined ? 'not measured' : met ? 'met' : 'NOT MET';
  return [what, value === undefined ? '' : `${figure(value)} ${unit}`, `${bound === 'most' ? '≤' : '≥'} ${limit} ${unit}`, verdict];
}

function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

/** Three digits that mean something. */
function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
