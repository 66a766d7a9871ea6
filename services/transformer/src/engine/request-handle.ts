import type { EngineError } from './engine-error.ts';
import type { EngineEvent } from './engine-event.ts';

/** A request inside the engine, as its caller holds it. */
export interface RequestHandle {
  /** Settles when memory is reserved and features are awaited, or the request is over. */
  readonly admitted: Promise<void>;
  /** What happens, in order, for one reader. Ends after the last sample, throws EngineError where the request failed; a reader that leaves early cancels. */
  readonly events: AsyncIterable<EngineEvent>;
  /**
   * Brings a picture that is needed.
   *
   * @param values f32 [rows, vision hidden size]; the engine's from now on
   * @throws {RangeError} if the features are not awaited, or are not the rows the prompt names
   */
  provideFeatures(hash: string, values: Float32Array, rows: number): void;
  /** Says that features which are needed are still on their way: the time they have starts again. */
  awaitFeatures(): void;
  /** Says that no more features will come: what is still needed will not be waited for. */
  closeFeatures(): void;
  /** Ends it. Rows and memory are free before the next step starts. Does nothing where it is over. */
  cancel(error: EngineError): void;
}
