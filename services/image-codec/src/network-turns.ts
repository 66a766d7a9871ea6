import { Turns } from '@janus-mesh/service';

type Job<T> = () => Promise<T>;

/**
 * Lets the networks run one picture at a time. Pictures of a kind run in the order they came; where both kinds wait, they take turns, so
 * that a picture to tokenize waits for one that is decoded, and not for all of them.
 */
export class NetworkTurns {
  /** At most one of each kind waits here. */
  readonly #machine = new Turns();
  readonly #decodes = new Turns();
  readonly #encodes = new Turns();

  /** Runs a decode when its turn has come. @throws the signal's reason if it aborts while the job waits, or what the job throws */
  decode<T>(job: Job<T>, signal: AbortSignal): Promise<T> {
    return this.#decodes.take(() => this.#machine.take(job, signal), signal);
  }

  /** As `decode`, for the encoder. */
  encode<T>(job: Job<T>, signal: AbortSignal): Promise<T> {
    return this.#encodes.take(() => this.#machine.take(job, signal), signal);
  }
}
