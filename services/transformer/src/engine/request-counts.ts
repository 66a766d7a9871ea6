import type { ActiveRequest } from './active-request.ts';
import type { EngineError, EngineErrorReason } from './engine-error.ts';

const REFUSALS: ReadonlySet<EngineErrorReason> = new Set(['QUEUE_FULL', 'DEADLINE_TOO_SHORT', 'DEADLINE_EXCEEDED']);

/** Counts how requests end that do not end well. */
export class RequestCounts {
  readonly #cancelledAt = new Map<ActiveRequest, number>(); // steps begun before; of those that still hold memory
  #stepsBegun = 0;
  #cancels = 0;
  #cancelToFreeSteps = 0;
  #refused = 0;

  /** Requests that were cancelled. */
  get cancels(): number {
    return this.#cancels;
  }

  /** Most steps that began between a cancel and the moment the memory was free. */
  get cancelToFreeSteps(): number {
    return this.#cancelToFreeSteps;
  }

  /** Requests that found the queue full, or had not time enough. */
  get refused(): number {
    return this.#refused;
  }

  stepBegan(): void {
    this.#stepsBegun++;
  }

  /** A request was given up, or was never taken in. */
  failed(request: ActiveRequest, { reason }: EngineError): void {
    if (REFUSALS.has(reason)) this.#refused++;
    if (reason !== 'CANCELLED') return;
    this.#cancels++;
    this.#cancelledAt.set(request, this.#stepsBegun);
  }

  /** A request that was given up holds nothing any more. */
  freed(request: ActiveRequest): void {
    const began = this.#cancelledAt.get(request);
    if (began === undefined) return;
    this.#cancelledAt.delete(request);
    this.#cancelToFreeSteps = Math.max(this.#cancelToFreeSteps, this.#stepsBegun - began);
  }
}
