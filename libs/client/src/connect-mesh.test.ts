import { type ChatResponse, FinishReason, JanusServiceDefinition } from '@janus-mesh/contracts';
import { bindService, Code, type Handlers, invalidArgument, type RpcServer, serve, unavailable } from '@janus-mesh/rpc';
import { createLogger } from '@janus-mesh/telemetry';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assistantMessage, collectPictures, collectText, connectMesh, type MeshClient, MeshError, picture, userMessage } from './index.ts';

const silent = createLogger({ service: 'test', level: 'silent' });

/** What the server saw. */
const seen: unknown[] = [];

const delta = (text: string): ChatResponse => ({ event: { $case: 'delta', value: { text, tokenIds: [text.length] } } });
const drawn = (sampleIndex: number) => ({ event: { $case: 'picture' as const, value: { sampleIndex, codeIds: [sampleIndex] } } });

/** A small service that speaks the public contract over a socket. */
const handlers: Handlers<JanusServiceDefinition> = {
  async *chat(request, { signal, caller, deadline }) {
    seen.push(request, caller, deadline);
    yield { event: { $case: 'queued', value: { position: 0 } } };
    yield delta('It is ');
    yield { event: undefined } satisfies ChatResponse;
    if (request.model === 'slow') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    if (request.model === 'broken') throw unavailable('TIER_UNAVAILABLE', 'transformer is away', { retryAfterMs: 1500 });
    yield delta('a cat.');
    yield { event: { $case: 'finished', value: { reason: FinishReason.FINISH_REASON_LENGTH } } };
  },
  async *generateImage({ prompt, seed }) {
    if (prompt === '') throw invalidArgument([{ field: 'prompt', description: 'is blank, must say what to draw' }]);
    seen.push(seed);
    yield { event: { $case: 'progress', value: { sampleIndex: 1, codesDone: 6 } } };
    yield drawn(1);
    yield drawn(0);
  },
  getModel: async () => ({ name: 'tiny-shapes' }),
  countTokens: async ({ prompt }) => ({ promptTokens: prompt?.$case === 'image' ? 7 : 9 }),
  getStatus: async () => ({ revision: 'abc' })
};

let server: RpcServer;
let mesh: MeshClient;

beforeEach(async () => {
  seen.length = 0;
  server = await serve({ port: 0, services: [bindService(JanusServiceDefinition, handlers)], logger: silent });
  server.setServing(true);
  mesh = connectMesh(`127.0.0.1:${server.port}`);
});

afterEach(async () => {
  mesh.close();
  await server.close();
});

describe('a client of a mesh', () => {
  test('streams the events of an answer, leaving out those it does not know', async () => {
    const cases: string[] = [];
    for await (const event of mesh.chat({ messages: [userMessage('Hello')] })) cases.push(event.$case);
    expect(cases).toEqual(['queued', 'delta', 'delta', 'finished']);
  });

  test('sends messages of texts and pictures, and who calls until when', async () => {
    const deadline = Date.now() + 60_000;
    const messages = [userMessage('A', picture(Buffer.from([1, 2])), 'B'), assistantMessage('C'), userMessage('D')];
    expect(await collectText(mesh.chat({ messages, seed: 2n ** 64n - 1n }, { caller: 'tester', deadline }))).toBe('It is a cat.');
    const [request, caller, seenDeadline] = seen;
    expect(request).toMatchObject({ messages, seed: 2n ** 64n - 1n });
    expect(caller).toBe('tester');
    expect(Math.abs(Number(seenDeadline) - deadline)).toBeLessThan(1000);
  });

  test('collects pictures by sample', async () => {
    const pictures = await collectPictures(mesh.generateImage({ prompt: 'a cat', samples: 2, seed: 5n }));
    expect(pictures.map(({ sampleIndex, codeIds }) => [sampleIndex, codeIds])).toEqual([
      [0, [0]],
      [1, [1]]
    ]);
    expect(seen).toEqual([5n]);
  });

  test('asks for the model, the tokens and the state', async () => {
    expect((await mesh.getModel()).name).toBe('tiny-shapes');
    expect((await mesh.countTokens({ $case: 'image', value: { prompt: 'a cat' } })).promptTokens).toBe(7);
    expect((await mesh.getStatus()).revision).toBe('abc');
  });

  test('gives errors with the field that is wrong, and with when to try again', async () => {
    await expect(collectPictures(mesh.generateImage({ prompt: '' }))).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      violations: [{ field: 'prompt', description: 'is blank, must say what to draw' }]
    });
    const broken = collectText(mesh.chat({ messages: [], model: 'broken' }));
    await expect(broken).rejects.toBeInstanceOf(MeshError);
    await expect(broken).rejects.toMatchObject({ reason: 'TIER_UNAVAILABLE', retryAfterMs: 1500 });
  });

  test('cancels a call whose events are not wanted any more, at once', async () => {
    for await (const event of mesh.chat({ messages: [], model: 'slow' })) if (event.$case === 'delta') break;
    await expect.poll(() => server.callCount).toBe(0);
    const events = mesh.chat({ messages: [], model: 'slow' })[Symbol.asyncIterator]();
    await events.next();
    await events.next();
    const third = events.next().catch((error: unknown) => error);
    await events.return?.();
    expect(await third).toMatchObject({ code: Code.CANCELLED });
    await expect.poll(() => server.callCount).toBe(0);
  });
});
