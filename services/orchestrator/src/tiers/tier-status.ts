import type { ReplicaStatus, TierInfo, TierStatus } from '@janus-mesh/contracts';
import { type CallOptions, MeshError, type ServiceDefinition } from '@janus-mesh/rpc';
import type { Replica, Tier } from './tier.ts';
import type { ReplicaCounts } from './tier-kind.ts';

/** Asks all replicas of a tier at once how they are. Never fails: what does not answer is not ready, with the reason. */
export async function tierStatus<Service extends ServiceDefinition>(
  tier: Tier<Service>,
  revision: string,
  options: CallOptions
): Promise<TierStatus> {
  const replicas = await Promise.all(tier.replicas.map((replica) => replicaStatus(tier, replica, revision, options)));
  return { tier: tier.name, replicas };
}

async function replicaStatus<Service extends ServiceDefinition>(
  tier: Tier<Service>,
  replica: Replica<Service>,
  revision: string,
  options: CallOptions
): Promise<ReplicaStatus> {
  try {
    const [info, counts] = await Promise.all([tier.describe(replica, options), tier.stats(replica, options)]);
    const isOurs = info.revision === revision;
    const reason = isOurs ? '' : `serves revision ${info.revision}, not ${revision}`;
    return { ...toStatus(replica.address, info, counts), ready: isOurs, reason };
  } catch (error) {
    const reason = error instanceof MeshError ? error.message : String(error);
    return { ...toStatus(replica.address, undefined, undefined), ready: false, reason };
  }
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
    residentBytes: counts?.tier?.residentBytes ?? 0n
  };
}
