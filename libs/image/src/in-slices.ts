import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 5;

/**
 * Runs `work(0)` to `work(count - 1)` in order, giving way to the event loop every few milliseconds.
 *
 * @throws the signal's reason, once it is aborted
 */
export async function inSlices(count: number, work: (index: number) => void, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  let until = performance.now() + SLICE_MS;
  for (let index = 0; index < count; index++) {
    work(index);
    if (performance.now() < until) continue;
    await setImmediate();
    signal?.throwIfAborted();
    until = performance.now() + SLICE_MS;
  }
}
