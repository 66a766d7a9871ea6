import { CommandError } from './report.ts';

/**
 * Runs a long work that Ctrl-C calls off in good order.
 *
 * @throws {CommandError} `interrupted` once the work has cleaned up
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(new CommandError('interrupted', 'stopped by Ctrl-C'));
  process.once('SIGINT', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.removeListener('SIGINT', stop);
  }
}
