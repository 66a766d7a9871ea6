/** Time as the engine sees it; tests bring a virtual one. */
export interface Clock {
  /** Milliseconds from any fixed point. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  unixMs(): number;
  /** Calls back once, after so many milliseconds; the returned function takes that back. */
  schedule(delayMs: number, callback: () => void): () => void;
  /** Lets everything else that waits have its turn. */
  breathe(): Promise<void>;
}

/** The machine's time. A scheduled callback does not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  unixMs: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve))
};
