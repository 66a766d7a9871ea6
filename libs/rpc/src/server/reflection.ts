import type { Server } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import type { ServiceBinding } from './bind-service.ts';
import type { CallGate } from './call-gate.ts';
import { handlerMiddleware } from './handler-middleware.ts';
import { healthDescriptorSet } from './health-descriptor.ts';

/**
 * Adds server reflection, v1 and v1alpha (older tools and Python's grpcio-reflection ask for that; the messages are the same).
 *
 * @param descriptorSet serialized google.protobuf.FileDescriptorSet of the services
 */
export function addReflection(grpc: Server, gate: CallGate, descriptorSet: Uint8Array, services: readonly ServiceBinding[]): void {
  // Serialized messages can be joined: repeated fields add up.
  const files = Buffer.concat([descriptorSet, healthDescriptorSet]);
  const names = [...services.map(({ definition }) => definition.fullName), HealthDefinition.fullName];
  const server = grpc.with(handlerMiddleware(gate.upkeep));
  for (const version of ['v1', 'v1alpha']) {
    const { serverReflectionInfo } = ServerReflectionService;
    const method = { ...serverReflectionInfo, path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo` };
    server.add({ serverReflectionInfo: method } as typeof ServerReflectionService, ServerReflection(files, names));
  }
}
