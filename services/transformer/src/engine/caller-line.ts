import type { ActiveRequest } from './active-request.ts';
import type { Head } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** KV positions that a caller is credited with each round. */
export const QUANTUM = 256;

interface Entry {
  readonly group: SequenceGroup;
  readonly arrival: number;
}

/** Groups of one head, oldest first. What was taken stays in front until the next one comes. */
class Row {
  readonly entries: Entry[];
  taken: number;

  constructor(entries: Entry[] = [], taken = 0) {
    this.entries = entries;
    this.taken = taken;
  }

  get first(): Entry | undefined {
    return this.entries[this.taken];
  }

  push(entry: Entry): void {
    this.entries.splice(0, this.taken);
    this.taken = 0;
    this.entries.push(entry);
  }
}

/** The groups of one caller that wait, in the order they came. Text and pictures stand apart, so that text can be let past. */
export class CallerLine {
  readonly caller: string;
  /** KV positions its groups may take in its turn. */
  #credit = 0;
  #text = new Row();
  #codes = new Row();

  constructor(caller: string) {
    this.caller = caller;
  }

  get isEmpty(): boolean {
    return this.first() === undefined;
  }

  /** Its requests of which no group was taken, in the order they came. */
  get requests(): ActiveRequest[] {
    const waiting = [this.#text, this.#codes].flatMap(({ entries, taken }) => entries.slice(taken));
    const firsts = waiting.filter(({ group }) => group.sample === 0).sort((a, b) => a.arrival - b.arrival);
    return firsts.map(({ group }) => group.request);
  }

  push(group: SequenceGroup, arrival: number): void {
    this.#row(group.head).push({ group, arrival });
  }

  /** Its oldest group; of one head, if that is given. */
  first(head?: Head): SequenceGroup | undefined {
    if (head) return this.#row(head).first?.group;
    const text = this.#text.first;
    const codes = this.#codes.first;
    return (text && codes ? (text.arrival < codes.arrival ? text : codes) : (text ?? codes))?.group;
  }

  /** Rounds it has to be credited with before `first` can go. */
  roundsUntilFirst(head?: Head): number {
    const missing = (this.first(head)?.positions ?? 0) - this.#credit;
    return missing > 0 ? Math.ceil(missing / QUANTUM) : 0;
  }

  /** Credits it with so many rounds, but with none that `first` does not need: nobody saves up. */
  grant(rounds: number, head?: Head): void {
    this.#credit += QUANTUM * Math.min(rounds, this.roundsUntilFirst(head));
  }

  /** Takes `first` out and charges it. */
  take(head?: Head): SequenceGroup | undefined {
    const group = this.first(head);
    if (!group) return undefined;
    this.#row(group.head).taken++;
    this.#credit -= group.positions;
    return group;
  }

  /** Takes what waits of a request out. Returns whether there was anything. */
  remove(request: ActiveRequest): boolean {
    const { entries, taken } = this.#row(request.spec.head);
    const before = entries.slice(taken);
    const after = before.filter(({ group }) => group.request !== request);
    entries.splice(0, entries.length, ...after);
    this.#row(request.spec.head).taken = 0;
    return after.length < before.length;
  }

  /** One to take from without taking from this one, as long as nothing comes or goes here. */
  copy(): CallerLine {
    const copy = new CallerLine(this.caller);
    copy.#credit = this.#credit;
    copy.#text = new Row(this.#text.entries, this.#text.taken);
    copy.#codes = new Row(this.#codes.entries, this.#codes.taken);
    return copy;
  }

  #row(head: Head): Row {
    return head === 'text' ? this.#text : this.#codes;
  }
}
