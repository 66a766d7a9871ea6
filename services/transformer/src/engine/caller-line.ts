import type { ActiveRequest } from './active-request.ts';
import type { Head } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** KV positions that a caller is credited with each round. */
export const QUANTUM = 256;

interface Entry {
  readonly group: SequenceGroup;
  readonly arrival: number;
}

/** The groups of one caller that wait, in the order they came. Text and pictures stand apart, so that text can be let past. */
export class CallerLine {
  readonly caller: string;
  /** KV positions its groups may take in its turn. */
  #credit = 0;
  #entries: Record<Head, Entry[]> = { text: [], codes: [] };

  constructor(caller: string) {
    this.caller = caller;
  }

  get isEmpty(): boolean {
    return this.first() === undefined;
  }

  /** All of them, in the order they came. */
  get groups(): SequenceGroup[] {
    const { text, codes } = this.#entries;
    return [...text, ...codes].sort((a, b) => a.arrival - b.arrival).map(({ group }) => group);
  }

  push(group: SequenceGroup, arrival: number): void {
    this.#entries[group.head].push({ group, arrival });
  }

  /** Its oldest group; of one head, if that is given. */
  first(head?: Head): SequenceGroup | undefined {
    const { text, codes } = this.#entries;
    if (head) return this.#entries[head][0]?.group;
    const [oldestText, oldestCodes] = [text[0], codes[0]];
    if (!oldestText || !oldestCodes) return (oldestText ?? oldestCodes)?.group;
    return (oldestText.arrival < oldestCodes.arrival ? oldestText : oldestCodes).group;
  }

  /** Rounds it has to be credited with before `first` can go. */
  roundsUntilFirst(head?: Head): number {
    const missing = (this.first(head)?.positions ?? 0) - this.#credit;
    return Math.max(0, Math.ceil(missing / QUANTUM));
  }

  /** Credits it with so many rounds, but with none that `first` does not need: nobody saves up. */
  grant(rounds: number, head?: Head): void {
    this.#credit += QUANTUM * Math.min(rounds, this.roundsUntilFirst(head));
  }

  /** Takes `first` out and charges it. */
  take(head?: Head): SequenceGroup | undefined {
    const group = this.first(head);
    if (!group) return undefined;
    this.#entries[group.head].shift();
    this.#credit -= group.positions;
    return group;
  }

  /** Takes what waits of a request out. Returns whether there was anything. */
  remove({ spec: { head }, groups }: ActiveRequest): boolean {
    const before = this.#entries[head];
    const after = before.filter(({ group }) => !groups.includes(group));
    this.#entries[head] = after;
    return after.length < before.length;
  }

  /** One that can be played through without changing this one. */
  copy(): CallerLine {
    const copy = new CallerLine(this.caller);
    copy.#credit = this.#credit;
    copy.#entries = { text: [...this.#entries.text], codes: [...this.#entries.codes] };
    return copy;
  }
}
