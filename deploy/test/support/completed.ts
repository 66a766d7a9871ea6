import { TransformerServiceDefinition } from '@janus-mesh/contracts';
import { connect } from '@janus-mesh/rpc';

/**
 * Requests that each transformer has completed, by address. They are asked themselves: to ask the orchestrator for its
 * replicas would make it look for them.
 *
 * @throws {MeshError} UNAVAILABLE if one does not answer
 */
export async function completed(addresses: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(
    addresses.map(async (address) => {
      const { client, close } = connect(TransformerServiceDefinition, address);
      try {
        const { tier } = await client.getTransformerStats({});
        return [address, Number(tier?.completed ?? 0n)] as const;
      } finally {
        close();
      }
    })
  );
  return new Map(counts);
}
