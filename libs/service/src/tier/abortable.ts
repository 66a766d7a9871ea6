/**
 * Waits for a promise as long as a signal lets it. What the promise does goes on; a failure that comes too late is not reported.
 *
 * @throws the signal's reason as soon as it aborts, or what the promise rejects with
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
