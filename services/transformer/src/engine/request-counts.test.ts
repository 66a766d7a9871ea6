import { expect, test } from 'vitest';
import { ActiveRequest } from './active-request.ts';
import { EngineError, type EngineErrorReason } from './engine-error.ts';
import { OutputQueue } from './output-queue.ts';
import { RequestCounts } from './request-counts.ts';
import { textRequest } from './testing/test-bench.ts';

const request = () => new ActiveRequest(textRequest(1), new OutputQueue(1, { drained() {}, abandoned() {} }));
const error = (reason: EngineErrorReason) => new EngineError(reason, 'enough');

test('steps that begin between a cancel and the freeing are counted, the most of any request', () => {
  const counts = new RequestCounts();
  const [slow, quick, failed] = [request(), request(), request()];
  counts.stepBegan();
  counts.failed(slow, error('CANCELLED'));
  counts.failed(failed, error('STEP_FAILED'));
  counts.stepBegan();
  counts.stepBegan();
  counts.failed(quick, error('CANCELLED'));
  for (const over of [slow, quick, failed]) counts.freed(over);
  expect(counts).toMatchObject({ cancels: 2, cancelToFreeSteps: 2, refused: 0 });
});

test('refused are those for whom there was no place or no time', () => {
  const counts = new RequestCounts();
  const reasons = ['QUEUE_FULL', 'DEADLINE_TOO_SHORT', 'DEADLINE_EXCEEDED', 'GROUP_TOO_LARGE', 'DRAINING'] as const;
  for (const reason of reasons) counts.failed(request(), error(reason));
  expect(counts).toMatchObject({ cancels: 0, refused: 3 });
});
