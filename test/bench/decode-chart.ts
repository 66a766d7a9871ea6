import type { BarChart } from './bar-chart.ts';
import type { Machine } from './machine.ts';
import type { Results } from './results.ts';
import { type Spread, spread } from './statistics.ts';
import { DECODE_ROWS } from './targets.ts';

const SERIES = [
  { name: 'w8a8', label: 'janus-mesh w8a8', colour: '#0550ae' },
  { name: 'w4', label: 'janus-mesh w4', colour: '#6cb6ff' },
  { name: 'w4 b128', label: 'janus-mesh w4, blocks of 128', colour: '#0a7d91' },
  { name: 'openvino int8', label: 'OpenVINO int8', colour: '#9a6700' },
  { name: 'openvino int4', label: 'OpenVINO int4', colour: '#e3b341' },
  { name: 'pytorch bf16', label: 'PyTorch bf16', colour: '#818b98' }
];

/** The decode steps of a run as a chart: milliseconds by rows, ours beside the peers'. */
export function decodeChart(results: Results, model: string, { cpu, cores, date }: Machine): BarChart {
  const bars = (rows: number): Map<string, Spread> =>
    new Map(results.all.filter(({ case: name }) => name === `decode-${rows}`).map(({ subject, samples }) => [subject, spread(samples)]));
  return {
    title: `Decode step with image head at context 300, ${model}`,
    subtitle: `milliseconds for all rows: median and quartiles, lower is better · ${cpu}, ${cores} cores · ${date.slice(0, 10)}`,
    series: SERIES.filter(({ name }) =>
      results.all.some(({ subject, case: measured }) => subject === name && measured.startsWith('decode-'))
    ),
    groups: DECODE_ROWS.map((rows) => ({ label: rows === 1 ? '1 row' : `${rows} rows`, bars: bars(rows) }))
  };
}
