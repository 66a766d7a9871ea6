/**
 * Passes a request iterable on until it ends or the call is over, and then tells it to finish.
 *
 * nice-grpc would wait for its next item, forever if none comes, and never run its `finally`.
 */
export async function* untilOver<Request>(requests: AsyncIterable<Request>, over: AbortSignal): AsyncGenerator<Request> {
  const iterator = requests[Symbol.asyncIterator]();
  const { promise: whenOver, stop } = whenAborted(over);
  try {
    while (true) {
      const result = await Promise.race([iterator.next(), whenOver]);
      if (result === 'over' || result.done) return;
      yield result.value;
    }
  } finally {
    stop();
    // Not awaited: a generator that waits for something takes the return only after that.
    iterator.return?.().catch(() => undefined);
  }
}

function whenAborted(signal: AbortSignal): { promise: Promise<'over'>; stop: () => void } {
  let stop = () => {};
  const promise = new Promise<'over'>((resolve) => {
    const onAbort = () => resolve('over');
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    stop = () => signal.removeEventListener('abort', onAbort);
  });
  return { promise, stop };
}
