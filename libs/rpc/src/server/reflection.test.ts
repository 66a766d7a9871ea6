import { createRequire } from 'node:module';
import { createChannel, createClient } from 'nice-grpc';
import { ServerReflectionService } from 'nice-grpc-server-reflection';
import { expect, onTestFinished, test } from 'vitest';
import { collect } from '../testing/collect.ts';
import { testMesh } from '../testing/test-mesh.ts';

// The package shares the messages of its service only this way.
const { ServerReflectionRequest } = createRequire(import.meta.url)(
  'nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js'
) as typeof import('nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js');

async function ask(address: string, version: 'v1' | 'v1alpha', ...requests: InstanceType<typeof ServerReflectionRequest>[]) {
  const channel = createChannel(address);
  onTestFinished(() => channel.close());
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const service = { serverReflectionInfo: { ...ServerReflectionService.serverReflectionInfo, path } };
  const client = createClient(service as typeof ServerReflectionService, channel);
  async function* all() {
    yield* requests;
  }
  return (await collect(client.serverReflectionInfo(all()))).map((response) => response.toObject());
}

test.each(['v1', 'v1alpha'] as const)('%s lists the services and gives their files', async (version) => {
  const { address } = await testMesh();
  const [list, file, health, unknown] = await ask(
    address,
    version,
    new ServerReflectionRequest().setListServices('*'),
    new ServerReflectionRequest().setFileContainingSymbol('janus.v1.JanusService'),
    new ServerReflectionRequest().setFileContainingSymbol('grpc.health.v1.Health'),
    new ServerReflectionRequest().setFileContainingSymbol('nobody.Nothing')
  );
  expect(list?.listServicesResponse?.serviceList.map(({ name }) => name)).toEqual([
    'janus.tier.v1.ImageCodecService',
    'janus.v1.JanusService',
    'grpc.health.v1.Health'
  ]);
  expect(textOf(file)).toContain('janus/v1/janus_service.proto');
  expect(textOf(health)).toContain('grpc/health/v1/health.proto');
  expect(unknown?.errorResponse?.errorCode).toBe(5);
});

type Answer = Awaited<ReturnType<typeof ask>>[number] | undefined;

function textOf(answer: Answer): string {
  const [file] = answer?.fileDescriptorResponse?.fileDescriptorProtoList ?? [];
  return Buffer.from(String(file), 'base64').toString('latin1');
}
