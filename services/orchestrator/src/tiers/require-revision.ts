import { type CallOptions, failedPrecondition, type ServiceDefinition } from '@janus-mesh/rpc';
import type { Tier } from './tier.ts';

/**
 * Makes sure that a tier is there and serves our model, before work is begun that would be lost without it.
 *
 * @throws {MeshError} UNAVAILABLE, TIER_UNAVAILABLE; FAILED_PRECONDITION, REVISION_MISMATCH
 */
export async function requireRevision<Service extends ServiceDefinition>(
  tier: Tier<Service>,
  revision: string,
  options: CallOptions
): Promise<void> {
  const replica = tier.choose();
  const info = await tier.describe(replica, options);
  if (info.revision === revision) return;
  throw failedPrecondition('REVISION_MISMATCH', `${tier.name} at ${replica.address} serves revision ${info.revision}, not ${revision}`, {
    metadata: { tier: tier.name, expected: revision, served: info.revision }
  });
}
