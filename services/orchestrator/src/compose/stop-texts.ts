/** What a stop-text matcher makes of the text so far. */
export interface StopStep {
  /** Text that is safe to show: no stop text begins in it. */
  readonly text: string;
  /** Whether a stop text came up. Nothing may be pushed after that. */
  readonly isStopped: boolean;
}

/**
 * Ends a growing text before the first of some stop texts. Text that may be the beginning of one is held back. The stop
 * text that is complete first counts (of several, the one that began first), so the result does not depend on how the text
 * is cut into pieces.
 */
export class StopTexts {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #held = '';

  /** @param stops none of them empty */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
    this.#longest = Math.max(0, ...stops.map((stop) => stop.length));
  }

  /** Takes the next piece of text. */
  push(piece: string): StopStep {
    const text = this.#held + piece;
    const start = this.#findStop(text);
    if (start !== undefined) {
      this.#held = '';
      return { text: text.slice(0, start), isStopped: true };
    }
    const safe = this.#safeLength(text);
    this.#held = text.slice(safe);
    return { text: text.slice(0, safe), isStopped: false };
  }

  /** What is still held back, where no more text comes. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  /** Where the stop text begins that is complete first. */
  #findStop(text: string): number | undefined {
    let best: { readonly start: number; readonly end: number } | undefined;
    for (const stop of this.#stops) {
      const start = text.indexOf(stop);
      const end = start + stop.length;
      if (start < 0) continue;
      if (best === undefined || end < best.end || (end === best.end && start < best.start)) best = { start, end };
    }
    return best?.start;
  }

  /** Length of the text before the first place where a stop text may have begun. */
  #safeLength(text: string): number {
    for (let start = Math.max(0, text.length - this.#longest + 1); start < text.length; start += 1) {
      const tail = text.slice(start);
      if (this.#stops.some((stop) => stop.startsWith(tail))) return start;
    }
    return text.length;
  }
}
