import {
  type CountTokensResponse,
  type GetModelResponse,
  type GetStatusResponse,
  type JanusServiceClient,
  JanusServiceDefinition
} from '@janus-mesh/contracts';
import { type CallOptions, type ConnectOptions, connect } from '@janus-mesh/rpc';
import { type ChatEvent, type DrawingEvent, eventsOf } from './events.ts';

/** What to answer: a ChatRequest with as many fields left out as you like. */
export type ChatInput = Parameters<JanusServiceClient['chat']>[0];

/** What to draw: a GenerateImageRequest with as many fields left out as you like. */
export type DrawingInput = Parameters<JanusServiceClient['generateImage']>[0];

/** What to count: `{ $case: 'chat', value: … }` or `{ $case: 'image', value: … }`. */
export type PromptInput = NonNullable<Parameters<JanusServiceClient['countTokens']>[0]['prompt']>;

/**
 * A client of one mesh.
 *
 * Every call takes options: `signal` cancels it, `deadline` (milliseconds since the epoch) bounds it in every service on the
 * way, `requestId` names it in all logs, `caller` names you for fair scheduling. A stream begins with the first event that is
 * asked for; leaving the loop cancels it.
 *
 * @throws {MeshError} from every call: `code` is gRPC's, `reason` is stable, `violations` name the wrong fields, `retryAfterMs` is set
 * where trying again helps
 */
export interface MeshClient {
  /** Answers the last message of a conversation: queued, started, then deltas, then finished. */
  chat(request: ChatInput, options?: CallOptions): AsyncIterable<ChatEvent>;
  /** Draws pictures: queued, started, then progress, previews and pictures of all samples mixed, then finished. */
  generateImage(request: DrawingInput, options?: CallOptions): AsyncIterable<DrawingEvent>;
  /** Describes the model that is served, its sizes, limits and numerics. */
  getModel(options?: CallOptions): Promise<GetModelResponse>;
  /** Counts the tokens of a prompt without running it. */
  countTokens(prompt: PromptInput, options?: CallOptions): Promise<CountTokensResponse>;
  /** Tells the state of each tier and replica. */
  getStatus(options?: CallOptions): Promise<GetStatusResponse>;
  /** Closes the connection; calls that run may finish. */
  close(): void;
}

/**
 * Makes a client of a mesh. It connects with the first call, and again after a loss; calls are never repeated by themselves.
 *
 * ```ts
 * const mesh = connectMesh('localhost:50051');
 * const question = userMessage(picture(await readFile('cat.png')), 'What is this?');
 * for await (const event of mesh.chat({ messages: [question] })) {
 *   if (event.$case === 'delta') process.stdout.write(event.value.text);
 * }
 * const [drawn] = await collectPictures(mesh.generateImage({ prompt: 'a red circle', seed: 7n }));
 * ```
 *
 * @param address `host:port` of an orchestrator
 */
export function connectMesh(address: string, options: ConnectOptions = {}): MeshClient {
  const { client, close } = connect(JanusServiceDefinition, address, options);
  return {
    chat: (request, callOptions) => eventsOf(client.chat(request, callOptions)),
    generateImage: (request, callOptions) => eventsOf(client.generateImage(request, callOptions)),
    getModel: (callOptions) => client.getModel({}, callOptions),
    countTokens: (prompt, callOptions) => client.countTokens({ prompt }, callOptions),
    getStatus: (callOptions) => client.getStatus({}, callOptions),
    close
  };
}
