import type { ActiveRequest } from './active-request.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** Groups that wait for rows and memory, in the order they came: which one is next is decided here and nowhere else. */
export class WaitingQueue {
  #groups: SequenceGroup[] = [];

  /** The group that is admitted next. */
  get next(): SequenceGroup | undefined {
    return this.#groups[0];
  }

  /** Requests of which no group was admitted yet, next first. */
  get requests(): readonly ActiveRequest[] {
    return this.#groups.filter((group) => group.sample === 0).map((group) => group.request);
  }

  get groups(): readonly SequenceGroup[] {
    return this.#groups;
  }

  push(request: ActiveRequest): void {
    this.#groups.push(...request.groups);
  }

  /** Takes the next group out. */
  shift(): SequenceGroup | undefined {
    return this.#groups.shift();
  }

  /** Takes a request out, all groups that still wait. */
  remove(request: ActiveRequest): void {
    this.#groups = this.#groups.filter((group) => group.request !== request);
  }
}
