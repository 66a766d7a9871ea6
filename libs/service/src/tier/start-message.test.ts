import type { EncodeRequest } from '@janus-mesh/contracts';
import { Code } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { openRequest } from './start-message.ts';

const start: EncodeRequest = { message: { $case: 'start', value: { revision: 'r' } } };
const chunk = (byte: number): EncodeRequest => ({ message: { $case: 'chunk', value: Uint8Array.of(byte) } });
const empty: EncodeRequest = { message: undefined };

async function* sent(...messages: EncodeRequest[]) {
  yield* messages;
}

async function drain(...messages: EncodeRequest[]) {
  const { pieces } = await openRequest(sent(...messages), 'chunk');
  const taken: Uint8Array[] = [];
  for await (const piece of pieces) taken.push(piece);
  return taken;
}

test('gives the start message, then the pieces in order', async () => {
  const opened = await openRequest(sent(start), 'chunk');
  expect(opened.start.revision).toBe('r');
  expect(await drain(start, chunk(1), chunk(2))).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
});

test.each([
  ['nothing', [], 'start: must be the first message; the request ended before it'],
  ['a chunk', [chunk(1)], 'start: must be the first message; a chunk message came instead'],
  ['an empty message', [empty], 'start: must be the first message; an empty message came instead']
])('%s instead of the start is refused', async (_, messages, message) => {
  await expect(openRequest(sent(...messages), 'chunk')).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    reason: 'START_MISSING',
    message
  });
});

test.each([
  ['a second start', start, 'start', 'start: came again; after the first message only chunk may follow'],
  ['an empty message', empty, 'chunk', 'chunk: an empty message came where chunk was expected']
])('%s among the pieces is refused', async (_, wrong, field, message) => {
  await expect(drain(start, chunk(1), wrong)).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    reason: 'UNEXPECTED_MESSAGE',
    message,
    violations: [expect.objectContaining({ field })]
  });
});

test('leaving the pieces early ends the request', async () => {
  let ended = false;
  async function* requests() {
    try {
      yield* [start, chunk(1), chunk(2)];
    } finally {
      ended = true;
    }
  }
  const { pieces } = await openRequest(requests(), 'chunk');
  for await (const _ of pieces) break;
  expect(ended).toBe(true);
});
