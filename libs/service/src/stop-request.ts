const signals = ['SIGTERM', 'SIGINT'] as const;

/** The wish that this process stops: made by a signal, or by other code. A second signal ends the process at once. */
export class StopRequest {
  /** Settles with the reason. */
  readonly made: Promise<string>;
  #resolve: (why: string) => void = () => undefined;
  #isMade = false;
  #signalCount = 0;
  readonly #onSignal = (signal: NodeJS.Signals) => {
    this.#signalCount += 1;
    if (this.#signalCount > 1) process.exit(1);
    this.make(signal);
  };

  constructor() {
    this.made = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  get isMade(): boolean {
    return this.#isMade;
  }

  make(why: string): void {
    this.#isMade = true;
    this.#resolve(why);
  }

  /** Leaves signals to their usual effect again. */
  close(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
}
