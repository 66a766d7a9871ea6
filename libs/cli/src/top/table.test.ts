import { PassThrough } from 'node:stream';
import type { GetStatusResponse, ReplicaStatus } from '@janus-mesh/contracts';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from './rates.ts';
import { table } from './table.ts';

const MIB = 1024n * 1024n;
const stream = new PassThrough() as unknown as NodeJS.WriteStream;

function replica(values: Partial<ReplicaStatus>): ReplicaStatus {
  const none = { queued: 0, running: 0, textRows: 0, codeRows: 0, kvBytesUsed: 0n, kvBytesBudget: 0n, residentBytes: 0n };
  const counts = {
    steps: 0n,
    stepTokens: 0n,
    cacheHits: 0n,
    cacheMisses: 0n,
    completed: 0n,
    failed: 0n,
    kvBytesCached: 0n,
    reusedTokens: 0n
  };
  return {
    address: '10.0.0.1:1',
    ready: true,
    reason: '',
    revision: '0123456789abcdef',
    fingerprint: undefined,
    ...none,
    ...counts,
    ...values
  };
}

const busy = replica({
  queued: 3,
  running: 5,
  textRows: 4,
  codeRows: 8,
  kvBytesUsed: 256n * MIB,
  kvBytesBudget: 512n * MIB,
  steps: 1000n,
  stepTokens: 4000n,
  cacheHits: 3n,
  cacheMisses: 1n,
  kvBytesCached: 100n * MIB,
  reusedTokens: 1234n,
  residentBytes: 700n * MIB
});

function snapshot(at: number, ...transformers: ReplicaStatus[]): Snapshot {
  const status: GetStatusResponse = { revision: '0123456789abcdef', tiers: [{ tier: 'transformer', replicas: transformers }] };
  return { status, at };
}

const show = (now: Snapshot, before?: Snapshot, width = Number.POSITIVE_INFINITY) =>
  table(now, { stream, target: 'host:1', width, before });
const cells = (line: string | undefined) => line?.trim().split(/ {2,}/);

describe('the table of a mesh', () => {
  test('has a row for each replica: rows by kind, the KV cache as a bar, hit rate, memory', () => {
    const [summary, , head, row] = show(snapshot(0, busy));
    expect(summary).toBe('mesh host:1   1 of 1 replicas ready   model 0123456789ab');
    expect(cells(head)?.slice(5)).toEqual('QUEUE RUNS TEXT CODES KV KEPT REUSED STEPS/S TOK/STEP CACHE DONE FAILED RSS'.split(' '));
    expect(cells(row)?.slice(2)).toEqual([
      'ready',
      '01234567',
      '-',
      '3',
      '5',
      '4',
      '8',
      '█████░░░░░ 256 MiB of 512 MiB',
      '100 MiB',
      '1234',
      '-',
      '4.0',
      '75 %',
      '0',
      '0',
      '700 MiB'
    ]);
  });

  test('rates are those since the snapshot before', () => {
    const later = { ...busy, steps: 1100n, stepTokens: 4950n };
    expect(cells(show(snapshot(3000, later), snapshot(1000, busy))[3])?.slice(12, 14)).toEqual(['50.0', '9.5']);
  });

  test('a replica that was restarted has no rate until it is seen twice', () => {
    const fresh = { ...busy, steps: 10n, stepTokens: 20n };
    expect(cells(show(snapshot(3000, fresh), snapshot(1000, busy))[3])?.slice(12, 14)).toEqual(['-', '2.0']);
  });

  test('one that is away says why, one line below', () => {
    const away = replica({ address: '10.0.0.2:1', ready: false, revision: '', reason: 'connection refused' });
    const lines = show(snapshot(0, busy, away));
    expect(lines[0]).toContain('1 of 2 replicas ready');
    expect(cells(lines[4])).toEqual(['transformer', '10.0.0.2:1', 'away']);
    expect(lines[5]).toBe('  connection refused');
  });

  test('a narrow terminal loses the least needed columns, never a wrapped line', () => {
    for (const width of [60, 80, 120, 160]) {
      const lines = show(snapshot(0, busy), undefined, width);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines[2]).toMatch(/TIER.*STATE.*QUEUE/);
    }
  });
});
