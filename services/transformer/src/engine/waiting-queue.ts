import type { ActiveRequest } from './active-request.ts';
import { CallerLine } from './caller-line.ts';
import type { Head } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';
import { Turns } from './turns.ts';

/** Groups that wait for rows and memory. Callers take turns, a caller's own go in the order they came. */
export class WaitingQueue {
  readonly #turns = new Turns();
  readonly #lines = new Map<string, CallerLine>(); // by caller; only those who wait
  readonly #requests: Record<Head, number> = { text: 0, codes: 0 };
  #arrivals = 0;

  /** Requests of which no group was admitted yet, by head. */
  get requests(): Readonly<Record<Head, number>> {
    return this.#requests;
  }

  /** The group whose turn it is; the text group, if only text may go. */
  next(head?: Head): SequenceGroup | undefined {
    return this.#turns.next(head);
  }

  push(request: ActiveRequest): void {
    const { caller, head } = request.spec;
    let line = this.#lines.get(caller);
    if (!line) {
      line = new CallerLine(caller);
      this.#lines.set(caller, line);
      this.#turns.add(line);
    }
    for (const group of request.groups) line.push(group, this.#arrivals++);
    this.#requests[head]++;
  }

  /** Takes that group out. */
  take(head?: Head): SequenceGroup | undefined {
    const group = this.#turns.take(head);
    if (group?.sample === 0) this.#requests[group.head]--;
    const line = group && this.#lines.get(group.request.spec.caller);
    if (line) this.#tidy(line);
    return group;
  }

  /** Takes a request out, all groups that still wait. */
  remove(request: ActiveRequest): void {
    const { caller, head } = request.spec;
    const line = this.#lines.get(caller);
    if (!line?.remove(request)) return;
    if (!request.isAdmitted) this.#requests[head]--;
    this.#tidy(line);
  }

  /**
   * Requests of which no group was admitted yet, in the order in which they would be, if nothing else came.
   *
   * @param textFirst as long as text waits, only text may go
   */
  order(textFirst: boolean): ActiveRequest[] {
    const turns = this.#turns.copy();
    const requests: ActiveRequest[] = [];
    const count = this.#requests.text + this.#requests.codes;
    let head: Head | undefined = textFirst ? 'text' : undefined;
    while (requests.length < count) {
      const group = turns.take(head);
      if (group?.sample === 0) requests.push(group.request);
      if (group) continue;
      if (!head) break;
      head = undefined; // no text is left
    }
    return requests;
  }

  /**
   * The last request of the caller that crowds the queue, where a request may take its place: its caller has so many more in the
   * queue that it still has not fewer afterwards.
   */
  crowding(request: ActiveRequest): ActiveRequest | undefined {
    const lines = [...this.#lines.values()].map(({ caller, requests }) => ({ caller, requests }));
    const own = lines.find(({ caller }) => caller === request.spec.caller)?.requests.length ?? 0;
    const most = lines.reduce((a, b) => (b.requests.length > a.requests.length ? b : a));
    return most.requests.length > own ? most.requests.at(-1) : undefined;
  }

  #tidy(line: CallerLine): void {
    if (!line.isEmpty) return;
    this.#lines.delete(line.caller);
    this.#turns.drop(line);
  }
}
