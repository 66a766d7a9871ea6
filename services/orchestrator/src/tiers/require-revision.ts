import { type CallOptions, failedPrecondition, type ServiceDefinition } from '@janus-mesh/rpc';
import type { Tier } from './tier.ts';

/**
 * Makes sure that a replica of a tier is there and serves our model, before work is begun that would be lost without it.
 *
 * @throws {MeshError} UNAVAILABLE, TIER_UNAVAILABLE; FAILED_PRECONDITION, REVISION_MISMATCH
 */
export async function requireRevision<Service extends ServiceDefinition>(tier: Tier<Service>, call: CallOptions): Promise<void> {
  const asking = tier.stream({
    call,
    async *start(replica, options) {
      const { revision } = await tier.describe(replica, options);
      if (revision !== tier.revision) {
        const metadata = { expected: tier.revision, served: revision };
        throw failedPrecondition('REVISION_MISMATCH', `${replica.address} ${tier.mismatch(revision)}`, { metadata });
      }
      yield revision;
    }
  });
  for await (const _ of asking);
}
