/**
 * Passes a request iterable on until it ends or the call is over, and then tells it to finish.
 *
 * nice-grpc would wait for its next item, forever if none comes, and never run its `finally`.
 */
export async function* untilOver<Request>(requests: AsyncIterable<Request>, over: AbortSignal): AsyncGenerator<Request> {
  const iterator = requests[Symbol.asyncIterator]();
  let stopWaiting = () => {};
  const onOver = () => stopWaiting();
  over.addEventListener('abort', onOver, { once: true });
  try {
    while (!over.aborted) {
      // Not Promise.race with one promise for the end: each race would add to that promise as long as the call lasts.
      const result = await new Promise<IteratorResult<Request, unknown> | undefined>((resolve, reject) => {
        stopWaiting = () => resolve(undefined);
        iterator.next().then(resolve, reject);
      });
      if (result === undefined || result.done) return;
      yield result.value;
    }
  } finally {
    over.removeEventListener('abort', onOver);
    // Not awaited: a generator that waits for something takes the return only after that.
    iterator.return?.().catch(() => undefined);
  }
}
