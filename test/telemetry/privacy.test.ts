import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChatInput, type DrawingInput, picture, userMessage } from '@janus-mesh/client';
import { ChatRequest, Role } from '@janus-mesh/contracts';
import { tierNames } from '@janus-mesh/telemetry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawCall } from '../../libs/rpc/src/testing/raw-call.ts';
import { type OtlpReceiver, otlpReceiver } from '../../libs/telemetry/src/testing/otlp-receiver.ts';
import { freePorts } from '../support/free-ports.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { scrape } from './scrape.ts';

let receiver: OtlpReceiver;
let mesh: TestMesh;
let ports: readonly number[];

beforeAll(async () => {
  receiver = await otlpReceiver();
  ports = await freePorts(tierNames.length);
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_METRIC_EXPORT_INTERVAL: '200',
      JANUS_MESH_LOG_LEVEL: 'trace'
    },
    settings: Object.fromEntries(tierNames.map((tier, at) => [tier, { JANUS_MESH_METRICS_PORT: String(ports[at]) }]))
  });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  receiver.close();
});

const MARKERS: Record<string, string> = {};

/** A word that is nowhere else. */
function marker(place: string): string {
  MARKERS[place] = `zq${randomBytes(6).toString('hex')}`;
  return MARKERS[place];
}

/** The ways a word may be written: as it is, in base64 at any of three offsets, in hex, as the hash of itself. */
function formsOf(word: string): string[] {
  const bytes = Buffer.from(word);
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4)
  );
  return [word, bytes.toString('hex'), createHash('sha256').update(word).digest('hex'), ...base64];
}

/** A PNG with a comment in it. */
function pictureWith(comment: string): Uint8Array {
  const file = readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png'));
  const text = Buffer.from(`tEXtComment\0${comment}`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length - 4);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(text));
  return Buffer.concat([file.subarray(0, 33), length, text, crc, file.subarray(33)]);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

async function codeOf(stream: AsyncIterable<unknown>): Promise<string> {
  try {
    for await (const _ of stream) void _;
    return 'OK';
  } catch (error) {
    return (error as { codeName: string }).codeName;
  }
}

function conversation(): ChatInput {
  return {
    systemPrompt: `Be ${marker('system prompt')}.`,
    messages: [
      userMessage(`What is ${marker('a question')}?`),
      { role: Role.ROLE_ASSISTANT, parts: [{ content: { $case: 'text', value: `It is ${marker('an answer')}.` } }] },
      userMessage(picture(pictureWith(marker('a picture'))), `And ${marker('the last question')}?`)
    ],
    stop: [marker('a stop text')],
    cacheSalt: marker('a cache salt'),
    maxTokens: 4
  };
}

function drawing(): DrawingInput {
  return { prompt: marker('a prompt'), negativePrompt: marker('a negative prompt'), cacheSalt: marker('a drawing salt') };
}

/** Requests that go well, are refused by a check, by a tier, and by the reader of the bytes; with keys in their headers. */
async function work(): Promise<string[]> {
  const { client } = mesh;
  const codes = [await codeOf(client.chat(conversation())), await codeOf(client.generateImage(drawing()))];
  codes.push(await codeOf(client.chat({ ...conversation(), temperature: -1 })));
  codes.push(await codeOf(client.chat({ messages: [userMessage(picture(Buffer.from(marker('no picture'))), 'What is it?')] })));
  codes.push(await codeOf(client.chat({ messages: [userMessage(`${marker('a long text')} `.repeat(2_000))] })));
  const headers = {
    authorization: `Bearer ${marker('a bearer token')}`,
    'x-api-key': marker('an API key'),
    baggage: `user=${marker('baggage')}`,
    cookie: `session=${marker('a cookie')}`,
    'x-request-id': marker('the request id')
  };
  const request = ChatRequest.encode(ChatRequest.fromPartial({ messages: [userMessage('Hello?')], maxTokens: 1 })).finish();
  const broken = Buffer.concat([request.subarray(0, 4), Buffer.from(marker('a broken message'))]);
  for (const message of [request, broken]) {
    const call = rawCall(mesh.mesh.target, 'janus.v1.JanusService/Chat', { messages: [message], headers });
    call.stream.resume();
    codes.push(String((await call.status)['grpc-status']));
  }
  return codes;
}

test('prompts, pictures and keys are in no log line, no span and no metric; request ids are where they belong', async () => {
  expect(await work()).toEqual(['OK', 'OK', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', '0', '3']);
  await expect.poll(() => receiver.spans.filter(({ name }) => name === 'janus.v1.JanusService/Chat').length).toBe(6);
  await expect.poll(() => receiver.metrics.some(({ name }) => name === 'janus.network.duration')).toBe(true);
  const scrapes = await Promise.all(ports.map(async (port) => (await scrape(port)).text));
  const told = {
    logs: mesh.lines.join('\n'),
    otlp: Buffer.concat(receiver.payloads.map((bytes) => Buffer.from(bytes))).toString('latin1'),
    spans: JSON.stringify(receiver.spans, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    scrapes: scrapes.join('\n')
  };
  for (const text of Object.values(told)) expect(text.length).toBeGreaterThan(1_000); // there was something to look through
  const found = Object.entries(MARKERS).flatMap(([place, word]) =>
    Object.entries(told).flatMap(([where, text]) => (formsOf(word).some((form) => text.includes(form)) ? [`${place} in ${where}`] : []))
  );
  // What is looked for in vain would be found: a request's id is.
  expect(found).toEqual(['the request id in logs', 'the request id in otlp', 'the request id in spans']);
});
