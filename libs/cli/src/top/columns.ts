import type { ReplicaStatus } from '@janus-mesh/contracts';
import { bar } from '../terminal/bar.ts';
import { mebibytes } from '../terminal/bytes.ts';
import type { Rates } from './rates.ts';

/** A replica as a row of the table. */
export interface Row {
  readonly tier: string;
  readonly replica: ReplicaStatus;
  readonly rates: Rates;
}

/** A column of the table. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Columns with the highest number are left out first where the terminal is narrow. */
  readonly rank: number;
  text(row: Row): string;
}

const BAR_WIDTH = 10;

/** Columns of `top`, from left to right. A replica that does not answer has only the first three. */
export const COLUMNS: readonly Column[] = [
  { title: 'TIER', align: 'left', rank: 0, text: ({ tier }) => tier },
  { title: 'REPLICA', align: 'left', rank: 5, text: ({ replica }) => replica.address },
  { title: 'STATE', align: 'left', rank: 0, text: ({ replica }) => (replica.ready ? 'ready' : 'away') },
  { title: 'MODEL', align: 'left', rank: 9, text: known(({ replica }) => replica.revision.slice(0, 8)) },
  { title: 'NUMERICS', align: 'left', rank: 10, text: known(({ replica }) => replica.fingerprint?.digest.slice(0, 8) ?? '-') },
  { title: 'QUEUE', align: 'right', rank: 0, text: known(({ replica }) => String(replica.queued)) },
  { title: 'RUNS', align: 'right', rank: 0, text: known(({ replica }) => String(replica.running)) },
  { title: 'TEXT', align: 'right', rank: 3, text: steps(({ replica }) => String(replica.textRows)) },
  { title: 'CODES', align: 'right', rank: 3, text: steps(({ replica }) => String(replica.codeRows)) },
  { title: 'KV', align: 'left', rank: 1, text: known(({ replica }) => kv(replica)) },
  { title: 'KEPT', align: 'right', rank: 7, text: steps(({ replica }) => mebibytes(replica.kvBytesCached)) },
  { title: 'REUSED', align: 'right', rank: 8, text: steps(({ replica }) => String(replica.reusedTokens)) },
  { title: 'STEPS/S', align: 'right', rank: 2, text: steps(({ rates }) => decimal(rates.stepsPerSecond)) },
  { title: 'TOK/STEP', align: 'right', rank: 7, text: steps(({ rates }) => decimal(rates.tokensPerStep)) },
  { title: 'CACHE', align: 'right', rank: 6, text: known(({ rates }) => percent(rates.cacheHitRate)) },
  { title: 'DONE', align: 'right', rank: 8, text: known(({ replica }) => String(replica.completed)) },
  { title: 'FAILED', align: 'right', rank: 8, text: known(({ replica }) => String(replica.failed)) },
  { title: 'RSS', align: 'right', rank: 4, text: known(({ replica }) => mebibytes(replica.residentBytes)) }
];

/** Nothing for a replica that does not answer. */
function known(text: (row: Row) => string): Column['text'] {
  return (row) => (row.replica.revision === '' ? '' : text(row));
}

/** Only for the tier that runs steps. */
function steps(text: (row: Row) => string): Column['text'] {
  return known((row) => (row.tier === 'transformer' ? text(row) : '-'));
}

function kv({ kvBytesUsed, kvBytesBudget }: ReplicaStatus): string {
  if (kvBytesBudget === 0n) return '-';
  return `${bar(Number(kvBytesUsed) / Number(kvBytesBudget), BAR_WIDTH)} ${mebibytes(kvBytesUsed)} of ${mebibytes(kvBytesBudget)}`;
}

function decimal(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(value < 100 ? 1 : 0);
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${Math.round(share * 100)} %`;
}
