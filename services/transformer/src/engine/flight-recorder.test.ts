import { expect, test } from 'vitest';
import { PREFILL_CHUNK } from './chunk-grid.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { makeBench, pictureRequest, textRequest } from './testing/test-bench.ts';

function recordedBench(capacity?: number) {
  const recorder = new FlightRecorder(capacity);
  return { recorder, ...makeBench({ prefillTokens: 2 * PREFILL_CHUNK, onStep: (step) => recorder.record(step) }) };
}

test('a step is kept with what each row brought, who waited, what memory was in use and how long it took', async () => {
  const { recorder, engine, runner, clock, submit } = recordedBench();
  clock.tickMs = 0.5;
  clock.advance(1_000);
  runner.during(0, () => clock.advance(7));
  await Promise.all([submit(pictureRequest(54, 5, { maxNewTokens: 2 })), submit(textRequest(4, { maxNewTokens: 3 }))]);
  const steps = [...recorder.last()];
  expect(steps[0]).toEqual({
    step: 0,
    startedMs: expect.any(Number),
    runMs: 7.5,
    commitMs: expect.any(Number),
    queued: 0,
    kvBytesUsed: 55 + 6 + 6,
    groups: [
      { group: 0, head: 'codes', tokens: [48] },
      { group: 1, head: 'text', tokens: [4] }
    ],
    error: ''
  });
  expect(steps[0]?.startedMs).toBeGreaterThan(1_000);
  expect(steps[0]?.commitMs).toBeGreaterThan(0);
  expect(steps[0]?.commitMs).toBeLessThan(5);
  expect(steps[1]?.groups).toEqual([
    { group: 1, head: 'text', tokens: [1] },
    { group: 0, head: 'codes', tokens: [6, 5] }
  ]);
  expect(steps.map(({ step }) => step)).toEqual([...Array(engine.stats().steps).keys()]);
});

test('a step that failed says why, the next one in its slot does not', async () => {
  const { recorder, runner, submit } = recordedBench(2);
  runner.during(1, () => {
    throw new Error('the kernel said no');
  });
  await submit(textRequest(3));
  expect([...recorder.last()].map(({ error }) => error)).toEqual(['', 'a step failed: the kernel said no']);
  await submit(textRequest(3, { maxNewTokens: 2 }));
  expect([...recorder.last()].map(({ error }) => error)).toEqual(['', '']);
});

test('only the last steps are kept, oldest first', async () => {
  const { recorder, submit } = recordedBench(4);
  await submit(textRequest(3, { maxNewTokens: 10 }));
  expect([...recorder.last()].map(({ step }) => step)).toEqual([6, 7, 8, 9]);
  expect([...recorder.last(2)].map(({ step }) => step)).toEqual([8, 9]);
  expect([...recorder.last(100)]).toHaveLength(4);
  expect([...new FlightRecorder().last()]).toEqual([]);
});

test('a slot that is used again holds nothing of the step before', async () => {
  const { recorder, submit } = recordedBench(1);
  await Promise.all(Array.from({ length: 4 }, () => submit(textRequest(3, { maxNewTokens: 1 }))));
  expect([...recorder.last()][0]?.groups).toHaveLength(4);
  await submit(textRequest(9, { maxNewTokens: 1 }));
  expect([...recorder.last()]).toMatchObject([{ step: 1, groups: [{ group: 4, tokens: [9] }] }]);
});

test('the engine may go on while the steps are read: what it pushed out is left out', async () => {
  const { recorder, submit } = recordedBench(4);
  await submit(textRequest(3, { maxNewTokens: 4 }));
  const reader = recorder.last();
  expect(reader.next().value).toMatchObject({ step: 0 });
  await submit(textRequest(3, { maxNewTokens: 2 }));
  expect([...reader].map(({ step }) => step)).toEqual([2, 3]);
});
