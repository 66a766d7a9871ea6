import type { CallerLine } from './caller-line.ts';
import type { Head } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';

/**
 * Whose turn it is, by deficit round-robin: lines are visited one after the other, round after round. A line is credited with
 * a quantum at each visit that finds its first group too large for its credit, and gives its groups while the credit lasts. So
 * callers share what there is in equal parts, however many groups they have and however large these are.
 *
 * Visits that lead to nothing are counted, not made: a turn takes one look at each line at most, and mostly one in all.
 */
export class Turns {
  readonly #lines: CallerLine[];
  #next: number; // the line that is visited next

  constructor(lines: CallerLine[] = [], next = 0) {
    this.#lines = lines;
    this.#next = next;
  }

  /** A new line is visited after all others. */
  add(line: CallerLine): void {
    this.#lines.splice(this.#next, 0, line);
    this.#next = (this.#next + 1) % this.#lines.length;
  }

  /** Drops a line: its credit is not kept for later. */
  drop(line: CallerLine): void {
    const index = this.#lines.indexOf(line);
    if (index < 0) return;
    this.#lines.splice(index, 1);
    if (index < this.#next) this.#next--;
    this.#next %= Math.max(this.#lines.length, 1);
  }

  /** The group whose turn it is; of one head, if that is given: then the others are passed by, and keep their credit. */
  next(head?: Head): SequenceGroup | undefined {
    return this.#lines[this.#nextVisit(head).index]?.first(head);
  }

  /** Takes that group out. */
  take(head?: Head): SequenceGroup | undefined {
    const { index, visits } = this.#nextVisit(head);
    const line = this.#lines[index];
    if (!line) return undefined;
    const count = this.#lines.length;
    for (let distance = 0; distance < count && distance <= visits; distance++)
      this.#at(distance).grant(Math.floor((visits - distance) / count) + 1, head);
    const group = line.take(head);
    this.#next = line.roundsUntilFirst() === 0 ? index : (index + 1) % count;
    if (line.isEmpty) this.drop(line);
    return group;
  }

  /** One to take from without taking from this one, as long as nothing comes or goes here. */
  copy(): Turns {
    return new Turns(
      this.#lines.map((line) => line.copy()),
      this.#next
    );
  }

  // The line that is next to give a group, and how many visits come before.
  #nextVisit(head: Head | undefined): { index: number; visits: number } {
    const count = this.#lines.length;
    const next = { index: -1, visits: Number.POSITIVE_INFINITY };
    for (let distance = 0; distance < count && distance < next.visits; distance++) {
      const line = this.#at(distance);
      if (!line.first(head)) continue;
      const visits = Math.max(line.roundsUntilFirst(head) - 1, 0) * count + distance;
      if (visits >= next.visits) continue;
      next.index = (this.#next + distance) % count;
      next.visits = visits;
    }
    return next;
  }

  #at(distance: number): CallerLine {
    return this.#lines[(this.#next + distance) % this.#lines.length] as CallerLine;
  }
}
