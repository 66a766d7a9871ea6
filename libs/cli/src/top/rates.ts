import type { GetStatusResponse, ReplicaStatus } from '@janus-mesh/contracts';

/** The state of a mesh at a moment. */
export interface Snapshot {
  readonly status: GetStatusResponse;
  /** Milliseconds, of any clock that does not jump. */
  readonly at: number;
}

/** What happened in a replica between two snapshots. */
export interface Rates {
  /** Unknown without an earlier snapshot of the same process. */
  readonly stepsPerSecond: number | undefined;
  /** Of the steps in between; of all since the start where there was none. Unknown before the first step. */
  readonly tokensPerStep: number | undefined;
  /** Share of the features that were found, since the start. Unknown before the first was looked for. */
  readonly cacheHitRate: number | undefined;
}

/** The rates of a replica. @param tier the replica belongs to */
export function ratesOf(replica: ReplicaStatus, tier: string, now: Snapshot, before: Snapshot | undefined): Rates {
  const earlier = before?.status.tiers.find((other) => other.tier === tier)?.replicas.find(({ address }) => address === replica.address);
  // Counters that went back are those of a new process.
  const since = earlier?.ready && earlier.steps <= replica.steps ? earlier : undefined;
  const steps = Number(replica.steps - (since?.steps ?? 0n));
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1000;
  const lookups = Number(replica.cacheHits + replica.cacheMisses);
  return {
    stepsPerSecond: since === undefined || seconds <= 0 ? undefined : steps / seconds,
    tokensPerStep: steps > 0 ? Number(replica.stepTokens - (since?.stepTokens ?? 0n)) / steps : quotient(replica.stepTokens, replica.steps),
    cacheHitRate: lookups === 0 ? undefined : Number(replica.cacheHits) / lookups
  };
}

function quotient(whole: bigint, parts: bigint): number | undefined {
  return parts === 0n ? undefined : Number(whole) / Number(parts);
}
