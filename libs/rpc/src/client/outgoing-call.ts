import { ClientError, Metadata, type CallOptions as NiceCallOptions } from 'nice-grpc';
import { Code, codeName } from '../errors/code.ts';
import { cancelled, deadlineExceeded, unavailable } from '../errors/families.ts';
import { MeshError } from '../errors/mesh-error.ts';
import { meshErrorFromStatus, statusDetailsKey } from '../errors/status-details.ts';
import { acceptRequestId, callerKey, requestIdKey } from '../request-id.ts';
import { type CallTarget, ClientCall } from '../telemetry/client-call.ts';
import type { CallOptions } from './client.ts';
import { formatTimeout } from './format-timeout.ts';

/** What grpc-js puts around the system's own words. */
const AROUND_ERROR = /^No connection established\. Last error: (?:Error: )?|\.? Resolution note:.*$/gs;

/** One call of a client: its metadata, its deadline, its cancel, and what its failure means. */
export class OutgoingCall {
  /** Aborted once the call is over, for whatever reason. */
  readonly over: AbortSignal;
  readonly #over = new AbortController();
  readonly #options: CallOptions;
  readonly #requestId: string;
  readonly #controller = new AbortController();
  readonly #metadata = new Metadata();
  readonly #told: ClientCall;
  readonly #onAbort = () => this.#controller.abort();
  #timer: NodeJS.Timeout | undefined;
  #hasTimedOut = false;
  #details: Uint8Array | undefined;
  #isEchoed = false;
  #hasEndedEarly = false;

  constructor(options: CallOptions, target: CallTarget) {
    this.#options = options;
    this.#told = new ClientCall(target);
    this.over = this.#over.signal;
    this.#requestId = acceptRequestId(options.requestId);
    this.#metadata.set(requestIdKey, this.#requestId);
    if (options.caller !== undefined) this.#metadata.set(callerKey, options.caller);
  }

  /**
   * Starts the clock.
   *
   * @returns what nice-grpc needs for the call
   * @throws {MeshError} if the call is cancelled or out of time already
   */
  begin(): NiceCallOptions {
    const { signal, deadline } = this.#options;
    if (signal?.aborted) throw this.#cancelled();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (deadline !== undefined && Number.isFinite(deadline)) this.#startClock(deadline - Date.now());
    for (const [key, value] of Object.entries(this.#told.begin(this.#options.trace))) this.#metadata.set(key, value);
    return {
      metadata: this.#metadata,
      signal: this.#controller.signal,
      onHeader: (header) => this.#echo(header),
      onTrailer: (trailer) => {
        this.#details = trailer.get(statusDetailsKey);
        this.#echo(trailer);
      }
    };
  }

  /** Whether it was cancelled or failed, rather than being answered to its end. */
  get hasEndedEarly(): boolean {
    return this.#hasEndedEarly;
  }

  /** Ends the call from outside: its answers are not wanted any more. */
  cancel(): void {
    this.#hasEndedEarly = true;
    this.#told.left();
    this.#controller.abort();
  }

  /** Stops the clock and lets go of the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#over.abort();
    this.#told.end();
  }

  /** What a failure of the call means; errors of the caller's own request iterable stay as they are. */
  explain(error: unknown): unknown {
    this.#hasEndedEarly = true;
    const meaning = this.#meaningOf(error);
    const { code, reason } = meaning instanceof MeshError ? meaning : { code: Code.CANCELLED, reason: 'REQUESTS_FAILED' };
    this.#told.failed(code, reason);
    return meaning;
  }

  #meaningOf(error: unknown): unknown {
    if (error instanceof ClientError && error.code !== Code.CANCELLED && !isWithoutStatus(error)) return this.#fromStatus(error);
    if (this.#hasTimedOut) return this.#timedOut(error);
    if (this.#controller.signal.aborted) return this.#cancelled(error);
    if (error instanceof ClientError) {
      // Nobody here cancelled: the other side went away.
      return unavailable('PEER_CANCELLED', `${error.path}: the service ended the call without a status`, {
        requestId: this.#requestId,
        cause: error
      });
    }
    return error;
  }

  #startClock(leftMs: number): void {
    if (leftMs <= 0) throw this.#timedOut();
    this.#metadata.set('grpc-timeout', formatTimeout(leftMs));
    const onTimeout = () => {
      this.#hasTimedOut = true;
      this.#controller.abort();
    };
    if (leftMs < 2 ** 31) this.#timer = setTimeout(onTimeout, leftMs);
  }

  #echo(metadata: Metadata): void {
    const requestId = metadata.get(requestIdKey);
    if (this.#isEchoed || requestId === undefined) return;
    this.#isEchoed = true;
    this.#options.onRequestId?.(requestId);
  }

  #fromStatus(error: ClientError): MeshError {
    const code = error.code as number as Code;
    const fallback = { reason: codeName(code), requestId: this.#requestId, cause: error };
    return meshErrorFromStatus(code, error.details.replace(AROUND_ERROR, ''), fallback, this.#details);
  }

  #timedOut(cause?: unknown): MeshError {
    return deadlineExceeded('the deadline passed', { requestId: this.#requestId, cause });
  }

  #cancelled(cause?: unknown): MeshError {
    return cancelled('the call was cancelled', { requestId: this.#requestId, cause: this.#options.signal?.reason ?? cause });
  }
}

// What grpc-js calls an internal error of the other side: its stream ended, as that of a process does that goes, and no status came.
function isWithoutStatus({ code, details }: ClientError): boolean {
  return code === (Code.INTERNAL as number) && details.startsWith('Received RST_STREAM with code 0 ');
}
