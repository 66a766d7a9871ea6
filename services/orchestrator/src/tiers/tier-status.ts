import type { ReplicaStatus, TierInfo, TierStatus } from '@janus-mesh/contracts';
import { type CallOptions, MeshError, type Replica, type ServiceDefinition } from '@janus-mesh/rpc';
import type { Tier } from './tier.ts';
import type { ReplicaCounts } from './tier-kind.ts';

/** Asks all replicas of a tier at once how they are. Never fails: what does not answer is not ready, with the reason. */
export async function tierStatus<Service extends ServiceDefinition>(tier: Tier<Service>, options: CallOptions): Promise<TierStatus> {
  const replicas = await Promise.all(tier.replicas.map((replica) => replicaStatus(tier, replica, options)));
  const nameless = tier.unresolved.map(({ target, reason }) => notReady(target, `the name has no address: ${reason}`));
  return { tier: tier.name, replicas: [...replicas, ...nameless] };
}

async function replicaStatus<Service extends ServiceDefinition>(
  tier: Tier<Service>,
  replica: Replica<Service>,
  options: CallOptions
): Promise<ReplicaStatus> {
  try {
    const [info, counts] = await Promise.all([tier.describe(replica, options), tier.stats(replica, options)]);
    const reason = tier.mismatch(info.revision);
    return { ...toStatus(replica.address, info, counts), ready: reason === '', reason };
  } catch (error) {
    const explained = tier.explain(error, replica);
    return notReady(replica.address, explained instanceof MeshError ? explained.message : String(explained));
  }
}

function notReady(address: string, reason: string): ReplicaStatus {
  return { ...toStatus(address, undefined, undefined), ready: false, reason };
}

function toStatus(address: string, info: TierInfo | undefined, counts: ReplicaCounts | undefined): Omit<ReplicaStatus, 'ready' | 'reason'> {
  return {
    address,
    revision: info?.revision ?? '',
    fingerprint: info?.fingerprint,
    queued: counts?.tier?.queued ?? 0,
    running: counts?.tier?.running ?? 0,
    kvBytesUsed: counts?.kvBytesUsed ?? 0n,
    kvBytesBudget: counts?.kvBytesBudget ?? 0n,
    residentBytes: counts?.tier?.residentBytes ?? 0n,
    textRows: counts?.textRows ?? 0,
    codeRows: counts?.codeRows ?? 0,
    steps: counts?.steps ?? 0n,
    stepTokens: counts?.stepTokens ?? 0n,
    cacheHits: counts?.cache?.hits ?? 0n,
    cacheMisses: counts?.cache?.misses ?? 0n,
    completed: counts?.tier?.completed ?? 0n,
    failed: counts?.tier?.failed ?? 0n,
    kvBytesCached: counts?.prefixes?.bytesUsed ?? 0n,
    reusedTokens: counts?.prefixes?.reusedTokens ?? 0n
  };
}
