import { setMaxListeners } from 'node:events';
import { Metadata, ServerInterceptingCall, type ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { Logger, ReadHeader, Trace } from '@janus-mesh/telemetry';
import { Code } from '../errors/code.ts';
import { cancelled, deadlineExceeded, resourceExhausted } from '../errors/families.ts';
import type { MeshError } from '../errors/mesh-error.ts';
import { encodeStatusDetails, statusDetailsKey, wireMessage } from '../errors/status-details.ts';
import { acceptRequestId, callerKey, isPrintableId, requestIdKey } from '../request-id.ts';
import type { CallContext } from './call-context.ts';
import { StreamCloser } from './stream-closer.ts';
import { Watchdog } from './watchdog.ts';

type Listener = Parameters<ServerInterceptingCall['start']>[0];
type WireStatus = Parameters<ServerInterceptingCall['sendStatus']>[0];

/** What a call is told by the server it belongs to. */
export interface CallPolicy {
  /** `janus.v1.JanusService/Chat` */
  readonly method: string;
  readonly isRequestStream: boolean;
  /** Longest time it may take. */
  readonly maxMs: number;
  readonly unreadStreamMs: number;
  readonly logger: Logger;
  /** Begins the call's span. */
  readonly beginTrace: (header: ReadHeader, requestId: string) => Trace;
  /** Registers the call; an error refuses it. */
  readonly admit: (call: ServedCall) => MeshError | undefined;
  /** Told once, when nothing more goes over the wire. */
  readonly onEnd: (call: ServedCall, end: CallEnd) => void;
}

/** How a call ended. */
export interface CallEnd {
  readonly code: number;
  readonly error: MeshError | undefined;
  readonly ms: number;
  /** How long it might have taken, as it stood when the call came. Undefined: any time. */
  readonly deadlineMs: number | undefined;
}

/** Metadata key by which a handler's call is found again; set here, so a caller's own value has no effect. */
export const callKey = 'janus-mesh-call';

// A caller's own deadline timer and its cancel reach us a moment before our timer fires.
const deadlineSlackMs = 50;

// The reset of a cancel comes behind a half-close, on a busy machine some time behind.
const resetSlackMs = 50;

/**
 * One call on the server, between the wire and nice-grpc.
 *
 * It reads the deadline (nice-grpc shows handlers none), makes the context, and can end the call at any moment: also while the
 * handler waits for a slow reader, where nice-grpc alone would wait too.
 */
export class ServedCall extends ServerInterceptingCall {
  /** The key the handler's side finds this call by. */
  readonly id: string;
  readonly #wire: ServerInterceptingCallInterface;
  readonly #policy: CallPolicy;
  readonly #closer: StreamCloser;
  readonly #controller = new AbortController();
  readonly #startedAt = performance.now();
  readonly #unread: Watchdog;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #deadlineMs: number | undefined;
  #listener: Listener | undefined;
  #context: CallContext | undefined;
  #headersSent = false;
  #halfClosedAt = Number.NEGATIVE_INFINITY;
  #statusCode: number | undefined;
  #failure: MeshError | undefined;
  #ended = false;

  constructor(id: string, wire: ServerInterceptingCallInterface, policy: CallPolicy) {
    super(wire);
    this.id = id;
    this.#wire = wire;
    this.#policy = policy;
    this.#closer = new StreamCloser(wire);
    // A handler may call as many services as there are: Node would take the eleventh for a leak.
    setMaxListeners(0, this.#controller.signal);
    this.#unread = new Watchdog(policy.unreadStreamMs, () =>
      this.abort(resourceExhausted('UNREAD_STREAM', `the caller read nothing for ${policy.unreadStreamMs} ms`))
    );
  }

  /** What the handler gets. */
  get context(): CallContext {
    if (this.#context === undefined) throw new Error('a call has no context before its metadata came');
    return this.#context;
  }

  /** Ends the call now with this status, unless it has one: the handler's signal aborts, what it still sends is dropped. */
  abort(error: MeshError): void {
    if (this.#statusCode !== undefined || this.#ended) return;
    this.#failure = error;
    this.#controller.abort(error);
    this.#finish({ code: error.code, details: wireMessage(error.message), metadata: this.#errorMetadata(error) });
    this.#closer.closeSoon();
    this.#listener?.onCancel();
  }

  /**
   * Notes why the handler failed.
   *
   * @returns what goes over the wire: the abort's own error where the call was aborted
   */
  fail(error: MeshError): MeshError {
    this.#failure ??= error;
    return this.#failure;
  }

  override start(listener: Listener): void {
    this.#listener = listener;
    super.start({
      onReceiveMetadata: (metadata) => this.#begin(metadata, listener),
      onReceiveMessage: (message) => listener.onReceiveMessage(message),
      onReceiveHalfClose: () => this.#halfClosed(listener),
      onCancel: () => this.#wireEnded(listener)
    });
  }

  override sendMetadata(metadata: Metadata): void {
    this.#headersSent = true;
    metadata.set(requestIdKey, this.context.requestId);
    super.sendMetadata(metadata);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    if (this.#statusCode !== undefined || this.#ended) return;
    this.#unread.begin();
    super.sendMessage(message, () => {
      this.#unread.end();
      callback();
    });
  }

  override sendStatus(status: WireStatus): void {
    const isRefused = this.#failure?.code === Code.INVALID_ARGUMENT;
    const slackMs = isRefused ? this.#halfClosedAt + resetSlackMs - performance.now() : 0;
    // Half a request may only look like one: where the reset comes, the call was cancelled.
    if (slackMs > 0) setTimeout(() => this.#sendStatus(status), slackMs);
    else this.#sendStatus(status);
  }

  #sendStatus(status: WireStatus): void {
    if (this.#statusCode !== undefined || this.#ended) return;
    const failure = this.#failure;
    this.#finish(failure === undefined ? status : { ...status, metadata: this.#errorMetadata(failure) });
  }

  #begin(metadata: Metadata, listener: Listener): void {
    this.#context = this.#makeContext(metadata);
    const refusal = this.#policy.admit(this) ?? this.#armDeadline();
    if (refusal === undefined) {
      metadata.set(callKey, this.id);
      listener.onReceiveMetadata(metadata);
    } else this.abort(refusal);
  }

  /**
   * A cancel comes as a half-close and a reset right behind it (Node's clients) or as a reset that ends the stream first. A handler
   * that reads requests would take either for the caller's being done, and act on half a request.
   */
  #halfClosed(listener: Listener): void {
    if (!this.#policy.isRequestStream) listener.onReceiveHalfClose();
    else
      setImmediate(() => {
        if (this.#closer.wasAborted) return;
        this.#halfClosedAt = performance.now();
        listener.onReceiveHalfClose();
      });
  }

  #makeContext(received: Metadata): CallContext {
    const metadata = (key: string) => {
      const value = received.get(key)[0];
      return typeof value === 'string' ? value : undefined;
    };
    const { method, maxMs, logger, beginTrace } = this.#policy;
    const requestId = acceptRequestId(metadata(requestIdKey));
    const trace = beginTrace(metadata, requestId);
    const { traceId, spanId } = trace;
    const peer = this.#wire.getPeer();
    const caller = metadata(callerKey);
    const deadline = Math.min(Number(this.#wire.getDeadline()), Date.now() + maxMs);
    return {
      signal: this.#controller.signal,
      deadline: Number.isFinite(deadline) ? deadline : undefined,
      requestId,
      caller: isPrintableId(caller) ? caller : peer.replace(/:\d+$/, ''),
      peer,
      method,
      logger: logger.child(traceId === undefined ? { method, requestId } : { method, requestId, traceId, spanId }),
      trace,
      metadata
    };
  }

  #armDeadline(): MeshError | undefined {
    const { deadline } = this.context;
    if (deadline === undefined) return undefined;
    const leftMs = deadline - Date.now();
    this.#deadlineMs = leftMs;
    if (leftMs <= 0) return deadlineExceeded('the deadline had passed when the request came');
    this.#deadlineTimer = setTimeout(() => this.abort(this.#deadlineError()), leftMs);
    return undefined;
  }

  #deadlineError(): MeshError {
    const isCallers = this.#wire.getDeadline() === this.context.deadline;
    return deadlineExceeded(isCallers ? 'the deadline passed' : `the call took longer than the allowed ${this.#policy.maxMs} ms`);
  }

  #errorMetadata(error: MeshError): Metadata {
    const metadata = new Metadata();
    metadata.set(statusDetailsKey, Buffer.from(encodeStatusDetails(error, this.context.requestId)));
    return metadata;
  }

  #finish(status: WireStatus): void {
    this.#statusCode = status.code;
    clearTimeout(this.#deadlineTimer);
    // Without headers this status is all that is sent, and stands in their place.
    const metadata = status.metadata ?? new Metadata();
    if (!this.#headersSent) metadata.set(requestIdKey, this.context.requestId);
    super.sendStatus({ ...status, metadata });
  }

  /** The stream is over, whoever ended it. */
  #wireEnded(listener: Listener): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadlineTimer);
    this.#unread.stop();
    if (this.#statusCode === undefined) {
      this.#failure = this.#whyWireEnded();
      this.#statusCode = this.#failure.code;
      this.#controller.abort(this.#failure);
    }
    listener.onCancel();
    const ms = performance.now() - this.#startedAt;
    this.#policy.onEnd(this, { code: this.#statusCode, error: this.#failure, ms, deadlineMs: this.#deadlineMs });
  }

  #whyWireEnded(): MeshError {
    const deadline = this.#context?.deadline;
    if (deadline !== undefined && Date.now() >= deadline - deadlineSlackMs) return this.#deadlineError();
    if (this.#closer.wasAborted) return cancelled('the caller cancelled');
    return resourceExhausted('REFUSED_BY_TRANSPORT', 'the transport refused a message: too long, or not readable');
  }
}
