import { userMessage } from '@janus-mesh/client';
import { ChatRequest, GenerateImageRequest, Head } from '@janus-mesh/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawCall } from '../../libs/rpc/src/testing/raw-call.ts';
import { keepCompany } from '../support/company.ts';
import { flightsSince, largestGap } from '../support/flights.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { harmOf } from '../support/unharmed.ts';

const LIMIT_SECONDS = 3;
const WINDOW = 300;
const CUT_OFF = {
  code: 'RESOURCE_EXHAUSTED',
  reason: 'UNREAD_STREAM',
  error: `the caller read nothing for ${LIMIT_SECONDS * 1_000} ms`
};

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    settings: {
      orchestrator: { JANUS_MESH_UNREAD_STREAM_SECONDS: String(LIMIT_SECONDS) },
      transformer: { JANUS_MESH_STEP_DELAY_MS: '5' }
    }
  });
});
afterAll(() => mesh[Symbol.asyncDispose]());

// With this seed, the answer has all its tokens: some kilobytes.
const chat = ChatRequest.fromPartial({ messages: [userMessage('Describe the image.')], temperature: 100, seed: 1n, maxTokens: 100 });
const drawing = GenerateImageRequest.fromPartial({ prompt: 'a red circle', samples: 2, previewRows: 1 });
const requests = {
  Chat: ChatRequest.encode(chat).finish(),
  GenerateImage: GenerateImageRequest.encode(drawing).finish()
};

/** Why the call of this id ended, as the log says; nothing as long as it is open. */
const endsOf = (id: string) =>
  mesh.lines
    .filter((line) => line.startsWith('orchestrator') && line.includes(`"requestId":"${id}"`) && line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))));

test('callers that read nothing are computed for at full pace, hold no memory after that, and are cut off', async () => {
  const company = await keepCompany(mesh, { draws: true });
  const { steps: since } = await mesh.transformer.getTransformerStats({});
  const slow = Object.entries(requests).map(([id, message]) => {
    const options = { window: WINDOW, messages: [message], headers: { 'x-request-id': id, 'x-caller-id': id } };
    return { id, stream: rawCall(mesh.mesh.target, `janus.v1.JanusService/${id}`, options).stream };
  });
  await expect.poll(() => isAllComputed(since), { timeout: 10_000 }).toBe(true);
  const { chats, drawings } = await company.stop();
  expect(chats).toBeGreaterThan(0);
  expect(drawings).toBeGreaterThan(0);
  await expect.poll(() => mesh.transformer.getTransformerStats({})).toMatchObject({ groups: 0, kvBytesUsed: 0n });
  for (const { id, stream } of slow) {
    expect(endsOf(id)).toEqual([]); // still open
    expect(stream.readableLength).toBeLessThanOrEqual(WINDOW);
  }
  for (const flight of await flightsSince(mesh.transformer, since)) expect(largestGap(flight)).toBeLessThanOrEqual(1);
  for (const { id, stream } of slow) {
    await expect.poll(() => endsOf(id), { timeout: (LIMIT_SECONDS + 3) * 1_000 }).toMatchObject([CUT_OFF]);
    expect(stream.rstCode).toBe(8); // cancelled
  }
  expect(await harmOf(mesh)).toEqual([]);
});

/** Whether what the slow callers asked for is computed: 100 tokens of text, and two pictures of 36 codes beside one of the others'. */
async function isAllComputed(since: bigint): Promise<boolean> {
  const flights = await flightsSince(mesh.transformer, since);
  const drawn = flights.filter(({ head, tokens }) => head === Head.HEAD_CODES && tokens.length === 35);
  return drawn.length >= 3 && flights.some(({ head, tokens }) => head === Head.HEAD_TEXT && tokens.length === 99);
}
