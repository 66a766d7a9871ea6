/** Runs a part, and says on stdout how many seconds it took. */
export async function timed<T>(part: string, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await run();
  say(`${part}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Says a figure on stdout. */
export function say(line: string): void {
  process.stdout.write(`cluster-test  ${line}\n`);
}
