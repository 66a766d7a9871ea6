import type { Machine } from './machine.ts';
import { median } from './statistics.ts';

/** Samples of one subject at one case. */
export interface Series {
  readonly subject: string;
  readonly case: string;
  readonly samples: readonly number[];
  /** Of the samples' rounds, those in which other processes took much of the machine, repeats notwithstanding. */
  readonly disturbed: number;
}

/** Something that was not measured, and why. */
export interface Skipped {
  readonly what: string;
  readonly reason: string;
}

/** All that a run of the bench found. */
export class Results {
  readonly #series = new Map<string, Series>();
  readonly skipped: Skipped[] = [];
  /** Versions by subject. */
  readonly versions: Record<string, Readonly<Record<string, string>>> = {};

  add(series: Series): void {
    this.#series.set(key(series.subject, series.case), series);
  }

  /** Notes something that was measured once. */
  addValue(subject: string, name: string, value: number): void {
    this.add({ subject, case: name, samples: [value], disturbed: 0 });
  }

  skip(what: string, reason: string): void {
    this.skipped.push({ what, reason });
  }

  get all(): readonly Series[] {
    return [...this.#series.values()];
  }

  /** The median, or undefined where it was not measured. */
  median(subject: string, name: string): number | undefined {
    const samples = this.#series.get(key(subject, name))?.samples;
    return samples?.length ? median(samples) : undefined;
  }

  /** Plain data, for a file. */
  toJson(machine: Machine, rest: object = {}): object {
    return { machine, versions: this.versions, skipped: this.skipped, series: this.all, ...rest };
  }
}

function key(subject: string, name: string): string {
  return `${subject}|${name}`;
}
