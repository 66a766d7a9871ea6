/** One thing that is tried. */
export interface FuzzCase {
  readonly name: string;
  /** @returns what is wrong with how it ended; undefined if nothing is */
  run(): Promise<string | undefined>;
}

/** How cases are made. */
export interface FuzzOptions {
  readonly seed: number;
  /** Told how each case ended: a status or a reason. */
  readonly onEnd: (how: string) => void;
}

/** Runs cases, some at the same time. @returns what went wrong, one text a case */
export async function runCases(cases: readonly FuzzCase[], atOnce: number, onDone: () => void = () => {}): Promise<string[]> {
  const faults: string[] = [];
  const left = cases.values();
  const worker = async () => {
    for (const { name, run } of left) {
      const fault = await run().catch((error: unknown) => String(error));
      if (fault !== undefined) faults.push(`${name}: ${fault}`);
      onDone();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return faults;
}
