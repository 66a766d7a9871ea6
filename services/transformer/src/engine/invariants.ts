import type { KvHandle } from './model-runner.ts';
import type { SequencePhase } from './sequence.ts';

/** The engine's state between two steps, as plain data. */
export interface EngineSnapshot {
  readonly limits: { readonly slots: number; readonly kvBytes: number; readonly prefixBytes: number; readonly queue: number };
  /** Bytes of all caches, as they are counted. */
  readonly bytes: number;
  /** Caches that are kept of groups that are over. */
  readonly kept: readonly KvHandle[];
  /** What the scheduler counts as taken. */
  readonly used: { readonly rows: number; readonly kvBytes: number };
  /** Requests that wait. */
  readonly queued: number;
  /** Places in the queue as their callers were told, in the order in which they will be admitted. */
  readonly places: readonly (number | undefined)[];
  /** Whether the next group that waits has room. */
  readonly couldAdmit: boolean;
  readonly groups: readonly GroupSnapshot[];
}

/** A group that runs. */
interface GroupSnapshot {
  /** Tells groups apart; nothing is read from it. */
  readonly group: object;
  readonly newTokens: number;
  readonly rows: readonly RowSnapshot[];
}

/** A row of such a group. */
export interface RowSnapshot {
  readonly phase: SequencePhase;
  readonly kv: KvHandle;
  readonly past: number;
  readonly promptTokens: number;
  readonly positions: number;
}

/**
 * Checks what must hold after every step.
 *
 * @param before the snapshot after an earlier step: positions only grow
 * @throws {Error} that names the first rule that is broken
 */
export function checkInvariants(snapshot: EngineSnapshot, before?: EngineSnapshot): void {
  const { limits, bytes: allBytes, kept, used, queued, places, couldAdmit, groups } = snapshot;
  const rows = groups.flatMap((group) => group.rows);
  const bytes = rows.reduce((sum, row) => sum + row.kv.bytes, 0);
  demand(used.kvBytes === bytes, `${used.kvBytes} bytes of KV are counted, the groups hold ${bytes}`);
  demand(used.rows === rows.length, `${used.rows} rows are counted, the groups have ${rows.length}`);
  const keptBytes = kept.reduce((sum, kv) => sum + kv.bytes, 0);
  demand(allBytes === bytes + keptBytes, `${allBytes} bytes are counted in all, the groups hold ${bytes}, kept are ${keptBytes}`);
  demand(allBytes <= limits.kvBytes, `${allBytes} bytes of KV are held, there are ${limits.kvBytes}`);
  demand(keptBytes <= limits.prefixBytes, `${keptBytes} bytes of KV are kept, ${limits.prefixBytes} may`);
  demand(used.rows <= limits.slots, `${used.rows} rows run, there are ${limits.slots} slots`);
  demand(queued <= limits.queue, `${queued} requests wait, ${limits.queue} may`);
  demand(queued === places.length, `${queued} requests are counted as waiting, ${places.length} are in order`);
  places.forEach((told, place) => {
    demand(told === place, `a request was told that ${told} are before it, there are ${place}`);
  });
  demand(!couldAdmit, 'a group waits for which there is room');
  const caches = new Set([...rows.map((row) => row.kv), ...kept]);
  demand(caches.size === rows.length + kept.length, 'two rows, or a row and what is kept, share a cache');
  for (const group of groups) {
    const earlier = before?.groups.find((other) => other.group === group.group);
    group.rows.forEach((row, i) => {
      checkRow(row, group.newTokens);
      const past = earlier?.rows[i]?.past ?? 0;
      demand(row.past >= past, `a row went back from position ${past} to ${row.past}`);
    });
    demand(new Set(group.rows.map((row) => row.phase === 'decoding')).size === 1, 'the rows of a pair are not in step');
  }
}

function checkRow(row: RowSnapshot, newTokens: number): void {
  demand(row.past <= row.kv.capacity, `position ${row.past} in a cache for ${row.kv.capacity}`);
  demand(row.past <= row.positions, `position ${row.past} of a row that needs ${row.positions}`);
  if (row.phase === 'decoding') {
    const expected = row.promptTokens + newTokens - 1; // the newest token was not run yet
    demand(row.past === expected, `${newTokens} new tokens after a prompt of ${row.promptTokens}, but position ${row.past}`);
  } else {
    demand(newTokens === 0, `${newTokens} new tokens of a row that is ${row.phase}`);
  }
}

function demand(holds: boolean, broken: string): void {
  if (!holds) throw new Error(`invariant broken: ${broken}`);
}
