/** q, Ctrl-C, Ctrl-D. */
const QUIT_KEYS = ['q', '\u0003', '\u0004'];

/**
 * Watches for the wish to end a program that shows something: q or Ctrl-C on the terminal, SIGINT or SIGTERM.
 *
 * @returns a signal that is aborted then, and `end`, which gives the terminal back
 */
export function untilQuit(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const { stdin } = process;
  const quit = () => controller.abort();
  const onKeys = (keys: Buffer) => {
    if (QUIT_KEYS.some((key) => keys.includes(key))) quit();
  };
  const hasKeys = stdin.isTTY === true && process.stdout.isTTY === true;
  if (hasKeys) stdin.setRawMode(true).on('data', onKeys).resume();
  process.on('SIGINT', quit).on('SIGTERM', quit);
  return {
    signal: controller.signal,
    end() {
      if (hasKeys) stdin.off('data', onKeys).pause().setRawMode(false);
      process.off('SIGINT', quit).off('SIGTERM', quit);
    }
  };
}
