import { type GenerateStart, Head, ImageFormat } from '@janus-mesh/contracts';
import { cancelled, internal, invalidArgument, unavailable } from '@janus-mesh/rpc';
import { type Metrics, noTrace } from '@janus-mesh/telemetry';
import { expect, test } from 'vitest';
import type { DrawingEvent } from '../compose/drawing.ts';
import { RequestTimes } from '../compose/request-times.ts';
import { genAiRequest } from './gen-ai.ts';
import { RequestWatch } from './request-watch.ts';

const sampling = { temperature: 1, topK: 0, topP: 1, seed: 2n ** 63n };
const start: GenerateStart = {
  revision: 'abc',
  head: Head.HEAD_CODES,
  prompt: [],
  negativePrompt: [],
  guidanceWeight: 5,
  sampling,
  samples: 2,
  maxNewTokens: 36,
  stopIds: [],
  caller: '',
  forcedIds: [],
  logitHashes: undefined,
  hashPositions: [],
  cacheSalt: undefined
};

type Recorded = [name: string, value: number, attributes: unknown];

/** A drawing that is watched, on a clock of its own, and what was recorded of it. */
function watched(signal = new AbortController().signal) {
  const recorded: Recorded[] = [];
  const keep = (name: string, value: number, attributes?: unknown) => void recorded.push([name, value, attributes]);
  const metrics: Metrics = { isOn: true, add: keep, record: keep, series: (name) => (value) => keep(name, value), observe: () => {} };
  const clock = { now: 0 };
  const times = new RequestTimes(() => clock.now);
  const request = genAiRequest('image', start, { model: 'tiny', pictures: 0 });
  const watch = new RequestWatch({ request, times, call: { trace: noTrace, signal }, metrics });
  const of = (name: string) => recorded.filter(([each]) => each === name).map(([, value, attributes]) => [value, attributes]);
  return { watch, times, clock, of };
}

const labels = {
  'gen_ai.operation.name': 'generate_content',
  'gen_ai.provider.name': 'deepseek',
  'gen_ai.request.model': 'tiny',
  'janus.kind': 'image'
};

const preview = (rowsDone: number): DrawingEvent => ({
  $case: 'preview',
  value: { sampleIndex: 0, rowsDone, width: 1, height: 1, rgb: new Uint8Array() }
});
const picture: DrawingEvent = {
  $case: 'picture',
  value: {
    sampleIndex: 0,
    seed: 1n,
    codeIds: [],
    data: new Uint8Array(),
    format: ImageFormat.IMAGE_FORMAT_PNG,
    width: 1,
    height: 1,
    decodeError: undefined,
    receipt: undefined
  }
};

test('the first token, the first preview, every picture and the end are timed from the arrival', () => {
  const { watch, times, clock, of } = watched();
  clock.now = 1_000;
  times.token(2);
  clock.now = 2_000;
  watch.see(preview(1));
  clock.now = 3_000;
  watch.see(preview(2));
  times.token(2);
  clock.now = 4_000;
  watch.see(picture);
  watch.see(picture);
  watch.see({ $case: 'finished', value: { usage: undefined, timings: undefined } });
  clock.now = 5_000;
  watch.end();
  expect(of('gen_ai.server.time_to_first_token')).toEqual([[1, labels]]);
  expect(of('janus.picture.time_to_first_preview')).toEqual([[2, undefined]]);
  expect(of('janus.picture.duration')).toEqual([
    [4, undefined],
    [4, undefined]
  ]);
  expect(of('gen_ai.server.time_per_output_token')).toEqual([[2, labels]]);
  expect(of('gen_ai.server.request.duration')).toEqual([[5, { ...labels, 'janus.outcome': 'ok' }]]);
});

test.each([
  [invalidArgument([{ field: 'chunk', description: 'is no picture' }], 'NOT_A_PICTURE'), 'refused', 'NOT_A_PICTURE'],
  [unavailable('TIER_UNAVAILABLE', 'away'), 'failed', 'TIER_UNAVAILABLE'],
  [internal('a bug'), 'failed', 'INTERNAL'],
  [new TypeError('a bug'), 'failed', 'INTERNAL']
])('%s: it was %s', (error, outcome, reason) => {
  const { watch, of } = watched();
  expect(watch.failed(error)).toBe(error);
  watch.end();
  expect(of('gen_ai.server.request.duration')).toEqual([[0, { ...labels, 'janus.outcome': outcome, 'error.type': reason }]]);
});

test('whatever breaks once the caller is gone, it was a cancel', () => {
  const { watch, of } = watched(AbortSignal.abort(cancelled('the caller cancelled')));
  watch.failed(new TypeError('the stream is closed'));
  watch.end();
  expect(of('gen_ai.server.request.duration')).toEqual([[0, { ...labels, 'janus.outcome': 'cancelled', 'error.type': 'CANCELLED' }]]);
});

test('a request that is left without a word was cancelled', () => {
  const { watch, of } = watched();
  watch.end();
  expect(of('gen_ai.server.request.duration')).toEqual([[0, { ...labels, 'janus.outcome': 'cancelled' }]]);
});

test('a seed that an attribute can not hold is left out, and the prompt is never told', () => {
  const { details } = genAiRequest('image', start, { model: 'tiny', pictures: 0 });
  expect(details).toMatchObject({ 'gen_ai.request.seed': undefined, 'janus.guidance.weight': 5, 'gen_ai.request.choice.count': 2 });
});
