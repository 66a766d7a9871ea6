import { ImageCodecServiceDefinition, JanusServiceDefinition } from '@janus-mesh/contracts';
import { descriptorSet } from '@janus-mesh/contracts/descriptor';
import { createLogger } from '@janus-mesh/telemetry';
import { onTestFinished } from 'vitest';
import {
  type Client,
  type ConnectOptions,
  connect,
  type Handlers,
  type RpcServer,
  type ServeOptions,
  serve,
  unimplemented
} from '../index.ts';
import { bindService } from '../server/bind-service.ts';

type Codec = ImageCodecServiceDefinition;
type Janus = JanusServiceDefinition;

export interface TestMesh {
  readonly server: RpcServer;
  readonly address: string;
  readonly codec: Client<Codec>;
  readonly janus: Client<Janus>;
  /** Log lines so far, parsed. */
  readonly log: Record<string, unknown>[];
  /** Lines of requests that ended. */
  readonly requests: () => Record<string, unknown>[];
}

export interface Setup extends Partial<ServeOptions> {
  readonly codec?: Partial<Handlers<Codec>>;
  readonly janus?: Partial<Handlers<Janus>>;
  readonly client?: ConnectOptions;
}

/** A server on a free port with the given handlers (the others answer UNIMPLEMENTED) and clients of it; closed after the test. */
export async function testMesh({ codec = {}, janus = {}, client, ...options }: Setup = {}): Promise<TestMesh> {
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({ service: 'test', level: 'debug', destination: { write: (line) => log.push(JSON.parse(line)) } });
  const server = await serve({
    services: [
      bindService(ImageCodecServiceDefinition, withRest(ImageCodecServiceDefinition, codec)),
      bindService(JanusServiceDefinition, withRest(JanusServiceDefinition, janus))
    ],
    logger,
    descriptorSet,
    ...options
  });
  server.setServing(true);
  const address = `127.0.0.1:${server.port}`;
  const connections = [connect(ImageCodecServiceDefinition, address, client), connect(JanusServiceDefinition, address, client)] as const;
  onTestFinished(async () => {
    for (const { close } of connections) close();
    await server.close();
  });
  const requests = () => log.filter(({ msg }) => msg === 'request');
  return { server, address, codec: connections[0].client, janus: connections[1].client, log, requests };
}

function withRest<Service extends Codec | Janus>(definition: Service, handlers: Partial<Handlers<Service>>): Handlers<Service> {
  const missing = () => {
    throw unimplemented('the test has no such handler');
  };
  const rest = Object.keys(definition.methods).map((name) => [name, missing]);
  return { ...Object.fromEntries(rest), ...handlers } as Handlers<Service>;
}
