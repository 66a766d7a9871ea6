import { expect, test } from 'vitest';
import { SharedWork } from './shared-work.ts';

/** A piece of work that a test begins, ends or breaks. */
function heldWork() {
  const runs: { signal: AbortSignal; begin: () => void; end: (value: string) => void; fail: (error: Error) => void }[] = [];
  const work = (signal: AbortSignal, begin: () => void) =>
    new Promise<string>((end, fail) => {
      runs.push({ signal, begin, end, fail });
    });
  return { runs, work };
}

test('those who ask at the same time share one piece of work; who asks afterwards starts another', async () => {
  const { runs, work } = heldWork();
  const shared = new SharedWork<string>();
  const [a, b] = [shared.join('cat', work), shared.join('cat', work)];
  shared.join('dog', work);
  expect(runs.length).toBe(2);
  runs[0]?.begin();
  await Promise.all([a.begun, b.begun]);
  runs[0]?.end('a cat');
  expect(await Promise.all([a.result, b.result])).toEqual(['a cat', 'a cat']);
  shared.join('cat', work);
  expect(runs.length).toBe(3);
});

test('the work goes on while one waits for it, and is stopped when nobody does', () => {
  const { runs, work } = heldWork();
  const shared = new SharedWork<string>();
  const [a, b] = [shared.join('cat', work), shared.join('cat', work)];
  a.leave();
  expect(runs[0]?.signal.aborted).toBe(false);
  b.leave();
  expect(runs[0]?.signal.aborted).toBe(true);
});

test('who comes while work stops gets it done anew', async () => {
  const { runs, work } = heldWork();
  const shared = new SharedWork<string>();
  shared.join('cat', work).leave();
  const late = shared.join('cat', work);
  runs[0]?.fail(new Error('stopped'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(shared.join('cat', work).result).toBe(late.result); // the end of the first did not take the second away
  runs[1]?.end('a cat');
  expect(await late.result).toBe('a cat');
});

test('a failure is everybody’s, and is not kept', async () => {
  const { runs, work } = heldWork();
  const shared = new SharedWork<string>();
  const [a, b] = [shared.join('cat', work), shared.join('cat', work)];
  runs[0]?.fail(new Error('no cat'));
  await expect(a.result).rejects.toThrow('no cat');
  await expect(b.result).rejects.toThrow('no cat');
  shared.join('cat', work);
  expect(runs.length).toBe(2);
});
