import type { ModelConfig } from '@janus-mesh/models';
import { shareOfPossible } from './possible.ts';
import type { Results } from './results.ts';

/** Something that must hold. */
export interface Target {
  readonly what: string;
  /** `at most` or `at least` the limit. */
  readonly bound: 'most' | 'least';
  readonly limit: number;
  readonly unit: '×' | '%' | 'ms' | 'GB' | 'MB/s' | 'dB';
  /** The figure, or undefined where something it needs was not measured. */
  readonly value: number | undefined;
}

/** Row counts at which decode is measured. */
export const DECODE_ROWS = [1, 2, 4, 8, 16];

/** In blocks of 32 and of 128: who imports chooses, so the faster one counts. */
const W4 = ['w4', 'w4 b128'];
const OURS = ['w8a8', ...W4];
const OPENVINO = ['openvino int8', 'openvino int4'];

/** Every target, with what a run found. */
export function targets(results: Results, config: ModelConfig): Target[] {
  return [
    ...decodeTargets(results),
    ...prefillTargets(results, config),
    ...visionTargets(results),
    ...meshTargets(results),
    ...processTargets(results)
  ];
}

/** Whether a figure meets its target; undefined where there is none. */
export function isMet({ value, bound, limit }: Target): boolean | undefined {
  if (value === undefined) return undefined;
  return bound === 'most' ? value <= limit : value >= limit;
}

function decodeTargets(results: Results): Target[] {
  const against = (ours: string, peer: string, [rows, limit]: readonly [number, number], forms: readonly string[] = [ours]): Target => ({
    what: `decode step, ${count(rows)}: ${ours} against ${peer}`,
    bound: 'most',
    limit,
    unit: '×',
    value: quotient(best(results, forms, `decode-${rows}`), results.median(peer, `decode-${rows}`))
  });
  const limits = (...pairs: readonly (readonly [number, number])[]) => pairs;
  return [
    ...limits([2, 0.68], [4, 0.58], [8, 0.5]).map((pair) => against('w8a8', 'openvino int8', pair)),
    ...limits([1, 0.65], [2, 0.65]).map((pair) => against('w4 (better of its blocks)', 'openvino int4', pair, W4)),
    ...DECODE_ROWS.map(
      (rows): Target => ({
        what: `decode step, ${count(rows)}: our best against OpenVINO's best`,
        bound: 'most',
        limit: 0.72,
        unit: '×',
        value: quotient(best(results, OURS, `decode-${rows}`), best(results, OPENVINO, `decode-${rows}`))
      })
    ),
    ...limits([2, 0.26], [4, 0.23], [8, 0.21]).map((pair) => against('w8a8', 'pytorch bf16', pair)),
    {
      what: 'decode step, w8a8: 16 rows in units of 2 rows',
      bound: 'most',
      limit: 2.3,
      unit: '×',
      value: results.median('w8a8', 'decode-16/2')
    }
  ];
}

function prefillTargets(results: Results, config: ModelConfig): Target[] {
  const ours = results.median('w8a8', 'prefill-256');
  const openvino = best(results, OPENVINO, 'prefill-256');
  const share = (name: string) => percent(shareOfPossible(results, config, { subject: 'w8a8', name }));
  return [
    { what: "prefill of 256, w8a8: speed against OpenVINO's best", bound: 'least', limit: 1.6, unit: '×', value: quotient(openvino, ours) },
    {
      what: 'prefill of 256, w8a8: speed against PyTorch bf16',
      bound: 'least',
      limit: 2,
      unit: '×',
      value: quotient(results.median('pytorch bf16', 'prefill-256'), ours)
    },
    {
      what: 'prefill of 256, w8a8: share of the measured int8 peak',
      bound: 'least',
      limit: 65,
      unit: '%',
      value: share('prefill-256')
    },
    {
      what: 'one row, w8a8: weights streamed, share of the measured read bandwidth',
      bound: 'least',
      limit: 65,
      unit: '%',
      value: share('decode-1')
    }
  ];
}

function visionTargets(results: Results): Target[] {
  const against = (what: string, name: string, limit: number): Target => ({
    what: `${what} against PyTorch bf16`,
    bound: 'most',
    limit,
    unit: '×',
    value: quotient(results.median('w8a8', name), results.median('pytorch bf16', name))
  });
  return [
    against('SigLIP, w8a8', 'siglip', 0.62),
    against('VQ decode, w8a8', 'vq-decode', 0.7),
    {
      what: 'VQ decode, w8a8: pictures of the trained codec against f32',
      bound: 'least',
      limit: 40,
      unit: 'dB',
      value: results.median('w8a8', 'vq-quality')
    }
  ];
}

function meshTargets(results: Results): Target[] {
  const mesh = (name: string) => results.median('mesh', name);
  return [
    {
      what: '8 pictures at once: codes a second against one',
      bound: 'least',
      limit: 3.2,
      unit: '×',
      value: quotient(mesh('codes-8'), mesh('codes-1'))
    },
    {
      what: '16 pictures at once: codes a second against one',
      bound: 'least',
      limit: 4,
      unit: '×',
      value: quotient(mesh('codes-16'), mesh('codes-1'))
    },
    { what: 'a whole picture: time outside Run and VQ decode', bound: 'most', limit: 4, unit: '%', value: mesh('outside-share') },
    {
      what: 'text while a 4-picture prompt prefills: gap p99 in idle steps',
      bound: 'most',
      limit: 6,
      unit: '×',
      value: quotient(mesh('gap-loaded'), mesh('gap-idle'))
    },
    {
      what: 'second question about the same picture: TTFT against the first',
      bound: 'most',
      limit: 0.3,
      unit: '×',
      value: quotient(mesh('ttft-second'), mesh('ttft-first'))
    },
    { what: 'cancel of a running step', bound: 'most', limit: 10, unit: 'ms', value: results.median('w8a8', 'cancel') }
  ];
}

function processTargets(results: Results): Target[] {
  const at = (subject: string, name: string) => results.median(subject, name);
  return [
    { what: 'import of a bf16 checkpoint', bound: 'least', limit: 200, unit: 'MB/s', value: at('import', 'rate') },
    { what: 'transformer: memory, all variants loaded', bound: 'most', limit: 1.7, unit: 'GB', value: at('transformer', 'rss') },
    { what: 'transformer: peak at load', bound: 'most', limit: 2.9, unit: 'GB', value: at('transformer', 'peak') },
    { what: 'transformer: what a second replica adds', bound: 'most', limit: 0.5, unit: 'GB', value: at('transformer', 'second') },
    {
      what: 'telemetry: processor time that export adds to a token of the embedded model',
      bound: 'most',
      limit: 2,
      unit: '%',
      value: at('telemetry', 'cost')
    },
    {
      what: 'event loop while stepping, no sampling: gap p99',
      bound: 'most',
      limit: 5,
      unit: 'ms',
      value: worst(results, 'w8a8', /^loop-/)
    },
    {
      what: 'event loop, 16 text rows with top-p 0.95 over the whole vocabulary: gap p99',
      bound: 'most',
      limit: 20,
      unit: 'ms',
      value: at('engine', 'loop-top-p')
    }
  ];
}

function best(results: Results, subjects: readonly string[], name: string): number | undefined {
  const found = subjects.map((subject) => results.median(subject, name)).filter((value) => value !== undefined);
  return found.length > 0 ? Math.min(...found) : undefined;
}

function worst(results: Results, subject: string, cases: RegExp): number | undefined {
  const found = results.all.filter((series) => series.subject === subject && cases.test(series.case));
  return found.length > 0 ? Math.max(...found.map((series) => results.median(subject, series.case) as number)) : undefined;
}

function quotient(over: number | undefined, under: number | undefined): number | undefined {
  return over === undefined || under === undefined || under === 0 ? undefined : over / under;
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : share * 100;
}

function count(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
