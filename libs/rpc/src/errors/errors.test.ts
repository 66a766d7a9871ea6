import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { createChannel, createClientFactory } from 'nice-grpc';
import { errorDetailsClientMiddleware, type RichClientError } from 'nice-grpc-error-details';
import { expect, onTestFinished, test } from 'vitest';
import { testMesh } from '../testing/test-mesh.ts';
import { Code } from './code.ts';
import { cancelled, failedPrecondition, invalidArgument, resourceExhausted } from './families.ts';
import { MeshError } from './mesh-error.ts';

/** What a caller gets when the handler throws this. */
async function received(thrown: unknown, requestId = 'r1') {
  const mesh = await testMesh({
    codec: {
      describeImageCodec: async () => {
        throw thrown;
      }
    }
  });
  const error = await mesh.codec.describeImageCodec({}, { requestId }).catch((caught: unknown) => caught);
  if (!(error instanceof MeshError)) throw new Error('expected a MeshError', { cause: error });
  return { error, mesh };
}

test('all that an error says reaches the caller, except its cause', async () => {
  const thrown = resourceExhausted('QUEUE_FULL', 'queue is full: 256 of 256', {
    retryAfterMs: 1_250,
    metadata: { limit: '256' },
    cause: new Error('secret')
  });
  const { error } = await received(thrown);
  expect(error).toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    codeName: 'RESOURCE_EXHAUSTED',
    reason: 'QUEUE_FULL',
    message: 'queue is full: 256 of 256',
    retryAfterMs: 1_250,
    metadata: { limit: '256' },
    violations: [],
    requestId: 'r1'
  });
  expect(String((error.cause as Error).cause ?? error.cause)).not.toContain('secret');
});

test('all wrong fields reach the caller in one answer', async () => {
  const violations = [
    { field: 'temperature', description: 'got -1, expected 0 to 100' },
    { field: 'messages[0].parts[2].text', description: 'ist leer – „leer“' }
  ];
  const { error } = await received(invalidArgument(violations));
  expect(error.violations).toEqual(violations);
  expect(error.message).toBe('2 fields are wrong: temperature: got -1, expected 0 to 100; messages[0].parts[2].text: ist leer – „leer“');
});

test('errors in the middle of a stream come after what was sent, with details', async () => {
  const { janus } = await testMesh({
    janus: {
      async *chat() {
        for (let n = 0; n < 100; n++) yield { event: { $case: 'delta', value: { text: 'x' } } };
        throw failedPrecondition('REVISION_MISMATCH', 'got a, serve b');
      }
    }
  });
  let count = 0;
  const reading = (async () => {
    for await (const _ of janus.chat({}, { requestId: 'r2' })) count += 1;
  })();
  await expect(reading).rejects.toMatchObject({ code: Code.FAILED_PRECONDITION, reason: 'REVISION_MISMATCH', requestId: 'r2' });
  expect(count).toBe(100);
});

test('too many violations for a header are cut and counted, and a long message is cut', async () => {
  const violations = Array.from({ length: 500 }, (_, n) => ({ field: `messages[${n}].role`, description: 'must not be unspecified' }));
  const { error } = await received(invalidArgument(violations));
  expect(error.violations.length).toBeGreaterThan(20);
  expect(error.violations.at(-1)?.description).toBe(`and ${500 - (error.violations.length - 1)} more fields`);
  expect(encodeURI(error.message).length).toBeLessThanOrEqual(1024);
});

test('a message with half a character in it does not break the call', async () => {
  const { error } = await received(failedPrecondition('ODD', `got "\ud83d" 100% \n é`));
  expect(error.message).toBe('got "\ufffd" 100% \n é');
});

test('a bug becomes INTERNAL; its text stays in the log, found by the request id', async () => {
  const { error, mesh } = await received(new TypeError('password is hunter2'), 'find-me');
  expect(error).toMatchObject({ code: Code.INTERNAL, reason: 'INTERNAL', requestId: 'find-me' });
  expect(JSON.stringify([error.message, error.metadata])).not.toContain('hunter2');
  expect(mesh.log.find(({ msg }) => msg === 'handler failed')).toMatchObject({
    requestId: 'find-me',
    err: { type: 'TypeError', message: 'password is hunter2', stack: expect.stringContaining('errors.test.ts') }
  });
});

test.each([
  ['an AbortError of our own', new DOMException('aborted', 'AbortError')],
  ['the CANCELLED of a neighbour', cancelled('the tier was cancelled')]
])('%s is not the cancel of a caller who waits', async (_, thrown) => {
  const { error } = await received(thrown);
  expect(error.codeName).toBe('INTERNAL');
});

test('a stock client reads the details as google.rpc messages', async () => {
  const { mesh } = await received(invalidArgument([{ field: 'prompt', description: 'is empty' }], 'EMPTY_PROMPT'));
  const channel = createChannel(mesh.address);
  onTestFinished(() => channel.close());
  const client = createClientFactory().use(errorDetailsClientMiddleware).create(ImageCodecServiceDefinition, channel);
  const error = await client.describeImageCodec({}).catch((caught: unknown) => caught);
  expect((error as RichClientError).extra).toEqual([
    { $type: 'google.rpc.ErrorInfo', reason: 'EMPTY_PROMPT', domain: 'janus-mesh', metadata: {} },
    { $type: 'google.rpc.RequestInfo', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), servingData: '' },
    {
      $type: 'google.rpc.BadRequest',
      fieldViolations: [expect.objectContaining({ field: 'prompt', description: 'is empty' })]
    }
  ]);
});

test('nobody listening is UNAVAILABLE and still has a request id', async () => {
  const { mesh } = await received(invalidArgument([]));
  await mesh.server.close();
  const error = await mesh.codec.describeImageCodec({}, { requestId: 'r9' }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: Code.UNAVAILABLE,
    reason: 'UNAVAILABLE',
    requestId: 'r9',
    message: expect.stringContaining('ECONNREFUSED')
  });
});
