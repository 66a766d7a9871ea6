import { HealthDefinition } from 'nice-grpc-server-health';
import type { CallOptions } from './client.ts';
import { connect } from './connect.ts';

// grpc.health.v1.HealthCheckResponse.ServingStatus
const serving = 1;

/**
 * Asks a server's health whether a service serves; all of them for the empty name.
 *
 * @throws {MeshError} NOT_FOUND if the server does not have the service, UNAVAILABLE if nobody listens
 */
export async function isServing(address: string, service = '', options: CallOptions = {}): Promise<boolean> {
  const { client, close } = connect(HealthDefinition, address);
  try {
    const { status } = await client.check({ service }, options);
    return Number(status) === serving;
  } finally {
    close();
  }
}
