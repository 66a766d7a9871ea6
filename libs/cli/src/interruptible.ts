import { CommandError } from './report.ts';

/**
 * Runs a long work that Ctrl-C calls off in good order.
 *
 * @throws {CommandError} `interrupted` once the work has cleaned up, whatever it ended with
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = () => controller.abort(new CommandError('interrupted', 'stopped by Ctrl-C'));
  process.once('SIGINT', stop);
  try {
    const result = await work(signal);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    process.removeListener('SIGINT', stop);
  }
}
