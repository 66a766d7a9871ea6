import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChatInput, type DrawingInput, picture, userMessage } from '@janus-mesh/client';
import { PreviewMode } from '@janus-mesh/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OtlpReceiver, otlpReceiver } from '../../libs/telemetry/src/testing/otlp-receiver.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { type CallersTrace, callersTrace, spansOf, treeOf } from './trace-tree.ts';

let receiver: OtlpReceiver;
let mesh: TestMesh;
beforeAll(async () => {
  receiver = await otlpReceiver();
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_METRICS_EXPORTER: 'none', OTEL_BSP_SCHEDULE_DELAY: '20' },
    settings: { transformer: { JANUS_MESH_STEP_DELAY_MS: '5', JANUS_MESH_PREFIX_CACHE_SHARE: '0' } }
  });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  receiver.close();
});

const pictureOf = (name: string) => picture(readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures', `${name}.png`)));
const STAR = pictureOf('star-above-circle');
// With this seed, no token that ends it is drawn.
const LONG: ChatInput = { messages: [userMessage('Describe the image.')], temperature: 100, maxTokens: 220, seed: 1n };

const callersTraces = new Set<string>();
function beginTrace(): CallersTrace {
  const root = callersTrace();
  callersTraces.add(root.traceId);
  return root;
}

interface Caller {
  readonly signal?: AbortSignal;
  readonly deadline?: number;
  /** Told of each event's name. */
  readonly onEvent?: (name: string) => void;
}

async function ended(stream: AsyncIterable<{ readonly $case: string }>, onEvent: Caller['onEvent']): Promise<string> {
  try {
    for await (const { $case } of stream) onEvent?.($case);
    return 'OK';
  } catch (error) {
    return (error as { codeName: string }).codeName;
  }
}

const chat = (request: ChatInput, { onEvent, ...options }: Caller, { trace }: CallersTrace) =>
  ended(mesh.client.chat(request, { ...options, trace }), onEvent);
const draw = (request: DrawingInput, { onEvent, ...options }: Caller, { trace }: CallersTrace) =>
  ended(mesh.client.generateImage(request, { ...options, trace }), onEvent);

/** The whole trace, once it is as long as it should be. */
async function treeOnceThere(root: CallersTrace, lines: number): Promise<string[]> {
  await expect.poll(() => spansOf(receiver, root), { timeout: 20_000 }).toHaveLength(lines);
  return treeOf(spansOf(receiver, root), root);
}

test('a chat with two pictures is one trace over three tiers', async () => {
  const root = beginTrace();
  const question = userMessage(STAR, pictureOf('three-hearts'), 'Describe the image.');
  expect(await chat({ messages: [question], maxTokens: 3 }, {}, root)).toBe('OK');
  expect(await treeOnceThere(root, 8)).toEqual([
    'orchestrator server JanusService/Chat OK',
    '  orchestrator internal chat tiny-shapes ok [admitted, first_token, finished]',
    '    orchestrator client TransformerService/Generate OK',
    '      transformer server TransformerService/Generate OK [admitted, first_token, finished]',
    '    orchestrator client VisionEncoderService/Encode OK',
    '      vision-encoder server VisionEncoderService/Encode OK [admitted]',
    '    orchestrator client VisionEncoderService/Encode OK',
    '      vision-encoder server VisionEncoderService/Encode OK [admitted]'
  ]);
});

test('a drawn picture is one trace over three tiers, with its first preview', async () => {
  const root = beginTrace();
  const request: DrawingInput = { prompt: 'a red circle', seed: 7n, preview: PreviewMode.PREVIEW_MODE_EVERY_ROW };
  expect(await draw(request, {}, root)).toBe('OK');
  expect(await treeOnceThere(root, 8)).toEqual([
    'orchestrator server JanusService/GenerateImage OK',
    '  orchestrator internal generate_content tiny-shapes ok [admitted, first_token, preview, finished, finished]',
    '    orchestrator client ImageCodecService/Decode OK',
    '      image-codec server ImageCodecService/Decode OK [admitted]',
    '    orchestrator client ImageCodecService/DescribeImageCodec OK',
    '      image-codec server ImageCodecService/DescribeImageCodec OK',
    '    orchestrator client TransformerService/Generate OK',
    '      transformer server TransformerService/Generate OK [admitted, first_token, finished]'
  ]);
});

test('a caller that cancels ends every span as cancelled', async () => {
  const root = beginTrace();
  const caller = new AbortController();
  const onEvent = (name: string) => name === 'delta' && caller.abort();
  expect(await chat(LONG, { signal: caller.signal, onEvent }, root)).toBe('CANCELLED');
  expect(await treeOnceThere(root, 4)).toEqual([
    'orchestrator server JanusService/Chat CANCELLED',
    '  orchestrator internal chat tiny-shapes cancelled [admitted, first_token]',
    '    orchestrator client TransformerService/Generate CANCELLED ERROR',
    '      transformer server TransformerService/Generate CANCELLED [admitted, first_token]'
  ]);
});

test('a caller whose time is over ends every span so', async () => {
  const root = beginTrace();
  expect(await chat(LONG, { deadline: Date.now() + 500 }, root)).toBe('DEADLINE_EXCEEDED');
  const tree = await treeOnceThere(root, 4);
  expect(tree.slice(0, 2)).toEqual([
    'orchestrator server JanusService/Chat DEADLINE_EXCEEDED ERROR',
    '  orchestrator internal chat tiny-shapes cancelled [admitted, first_token]'
  ]);
  // Who of both finds out first is open.
  expect(tree[2]).toMatch(/^ {4}orchestrator client TransformerService\/Generate (DEADLINE_EXCEEDED|CANCELLED) ERROR$/);
  expect(tree[3]).toMatch(
    /^ {6}transformer server TransformerService\/Generate (DEADLINE_EXCEEDED ERROR|CANCELLED) \[admitted, first_token\]$/
  );
});

test('a request that is refused at the door is one span', async () => {
  const root = beginTrace();
  expect(await chat({ messages: [] }, {}, root)).toBe('INVALID_ARGUMENT');
  expect(await treeOnceThere(root, 1)).toEqual(['orchestrator server JanusService/Chat INVALID_ARGUMENT']);
  expect(spansOf(receiver, root)[0]?.attributes).toMatchObject({ 'janus.reason': 'INVALID_ARGUMENT', 'rpc.system.name': 'grpc' });
});

test('a picture that the encoder refuses ends the whole request as refused', async () => {
  const root = beginTrace();
  const question = userMessage(picture(Buffer.from('no picture at all')), 'Describe the image.');
  expect(await chat({ messages: [question] }, {}, root)).toBe('INVALID_ARGUMENT');
  expect(await treeOnceThere(root, 6)).toEqual([
    'orchestrator server JanusService/Chat INVALID_ARGUMENT',
    '  orchestrator internal chat tiny-shapes refused [admitted]',
    '    orchestrator client TransformerService/Generate CANCELLED ERROR',
    '      transformer server TransformerService/Generate CANCELLED [admitted]',
    '    orchestrator client VisionEncoderService/Encode INVALID_ARGUMENT ERROR',
    '      vision-encoder server VisionEncoderService/Encode INVALID_ARGUMENT'
  ]);
});

test('spans say what was asked and used, in the words of the GenAI conventions', async () => {
  const root = beginTrace();
  expect(await chat({ messages: [userMessage(STAR, 'Describe the image.')], maxTokens: 3, seed: 5n }, {}, root)).toBe('OK');
  await treeOnceThere(root, 4);
  const span = spansOf(receiver, root).find(({ kind }) => kind === 'INTERNAL');
  expect(span?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'deepseek',
    'gen_ai.request.model': 'tiny-shapes',
    'gen_ai.request.max_tokens': 3,
    'gen_ai.request.seed': 5,
    'gen_ai.response.finish_reasons': ['length'],
    'gen_ai.usage.input_tokens': expect.any(Number),
    'gen_ai.usage.output_tokens': 3,
    'janus.pictures': 1,
    'janus.outcome': 'ok'
  });
  expect(span?.resource).toMatchObject({
    'service.namespace': 'janus-mesh',
    'service.name': 'orchestrator',
    'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
    'janus.tier': 'orchestrator',
    'janus.revision': mesh.model.revision
  });
});

test('log lines of a request name its trace', async () => {
  const root = beginTrace();
  await chat({ messages: [userMessage('Hello?')], maxTokens: 1 }, {}, root);
  const lines = () => mesh.lines.map((line) => line.slice(line.indexOf(' ') + 1)).filter((line) => line.includes(root.traceId));
  await expect.poll(lines).toHaveLength(2);
  const ended = lines().map((line) => JSON.parse(line));
  expect(ended.map(({ service, msg, code }) => [service, msg, code]).sort()).toEqual([
    ['orchestrator', 'request', 'OK'],
    ['transformer', 'request', 'OK']
  ]);
  expect(new Set(ended.map(({ requestId }) => requestId)).size).toBe(1);
});

test('tiers that are looked at begin no traces, and a caller without one gets its own', async () => {
  await ended(mesh.client.chat({ messages: [userMessage('Hello?')], maxTokens: 1 }), undefined);
  await mesh.client.getStatus();
  // Spans of the tests before may arrive as late as now; those are of callers with a trace.
  const fresh = () => receiver.spans.filter(({ traceId }) => !callersTraces.has(traceId));
  await expect.poll(() => fresh().length, { timeout: 20_000 }).toBe(4);
  expect(new Set(fresh().map(({ traceId }) => traceId)).size).toBe(1);
});

// The last one: it has no transformer afterwards.
test('a transformer that dies midway leaves an error in every span that lives on, and none open', async () => {
  const root = beginTrace();
  let killed: Promise<void> | undefined;
  const onEvent = (name: string) => {
    if (name === 'delta') killed ??= mesh.processes.kill('transformer');
  };
  expect(await chat(LONG, { onEvent }, root)).toBe('UNAVAILABLE');
  await killed;
  expect(await treeOnceThere(root, 3)).toEqual([
    'orchestrator server JanusService/Chat UNAVAILABLE ERROR',
    '  orchestrator internal chat tiny-shapes failed ERROR [admitted, first_token]',
    '    orchestrator client TransformerService/Generate UNAVAILABLE ERROR'
  ]);
});
