import type { CallerLine } from './caller-line.ts';
import type { Head } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';

/**
 * Whose turn it is, by deficit round-robin: lines are visited one after the other, round after round. A line is credited with
 * a quantum at each visit that finds its first group too large for its credit, and gives its groups while the credit lasts. So
 * callers share what there is in equal parts, however many groups they have and however large these are.
 *
 * Visits that lead to nothing are counted, not made: a turn takes one look at each line.
 */
export class Turns {
  #lines: CallerLine[]; // first is the one that is visited next

  constructor(lines: readonly CallerLine[] = []) {
    this.#lines = [...lines];
  }

  get lines(): readonly CallerLine[] {
    return this.#lines;
  }

  /** A new line is visited after all others. */
  add(line: CallerLine): void {
    this.#lines.push(line);
  }

  /** Drops lines that are empty: credit is not kept for later. */
  tidy(): void {
    this.#lines = this.#lines.filter((line) => !line.isEmpty);
  }

  /** The group whose turn it is; of one head, if that is given: the others' credit is as it was then. */
  next(head?: Head): SequenceGroup | undefined {
    return this.#lines[this.#nextVisit(head).index]?.first(head);
  }

  /** Takes that group out. */
  take(head?: Head): SequenceGroup | undefined {
    const { index, visits } = this.#nextVisit(head);
    const line = this.#lines[index];
    if (!line) return undefined;
    this.#lines.forEach((other, distance) => {
      if (distance <= visits) other.grant(Math.floor((visits - distance) / this.#lines.length) + 1, head);
    });
    const group = line.take(head);
    const others = [...this.#lines.slice(index + 1), ...this.#lines.slice(0, index)];
    if (line.isEmpty) this.#lines = others;
    else this.#lines = line.roundsUntilFirst() === 0 ? [line, ...others] : [...others, line];
    return group;
  }

  /** One that can be played through without changing this one. */
  copy(): Turns {
    return new Turns(this.#lines.map((line) => line.copy()));
  }

  // The line that is next to give a group, and how many visits come before.
  #nextVisit(head: Head | undefined): { index: number; visits: number } {
    const next = { index: -1, visits: Number.POSITIVE_INFINITY };
    this.#lines.forEach((line, distance) => {
      if (!line.first(head)) return;
      const visits = Math.max(line.roundsUntilFirst(head) - 1, 0) * this.#lines.length + distance;
      if (visits < next.visits) Object.assign(next, { index: distance, visits });
    });
    return next;
  }
}
