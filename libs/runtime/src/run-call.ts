import type { Call } from './call.ts';

/**
 * Runs a call once. If the signal aborts, the run is told to stop and its reason is thrown once it has: the values of the
 * call are free for use again, their contents undefined.
 *
 * @throws the signal's reason, or the RuntimeError of the run
 */
export async function runCall(call: Call, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    await call.run();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
