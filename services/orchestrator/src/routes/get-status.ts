import type { JanusServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { Orchestrator } from '../orchestrator.ts';
import { tierStatus } from '../tiers/tier-status.ts';

/** Asks every replica of every tier how it is, all at once. */
export function getStatusRoute({ tiers, model: { revision } }: Orchestrator): Handler<JanusServiceDefinition, 'getStatus'> {
  return async (_request, { signal, deadline, requestId, caller }) => {
    const call = { signal, deadline, requestId, caller };
    const statuses = await Promise.all([
      tierStatus(tiers.visionEncoder, call),
      tierStatus(tiers.transformer, call),
      tierStatus(tiers.imageCodec, call)
    ]);
    return { tiers: statuses, revision };
  };
}
