import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

// Time for a status behind buffered answers to reach a caller that reads again.
const graceMs = 2_000;

/**
 * Resets the HTTP/2 stream of a call that has its status, but whose caller reads nothing.
 *
 * grpc-js queues the status behind the unread answers and would hold both until the connection ends. It gives interceptors no way
 * to the stream, so this reads its private field (grpc-js is pinned; a test covers it).
 */
export class StreamCloser {
  readonly #stream: ServerHttp2Stream;

  constructor(call: ServerInterceptingCallInterface) {
    const { stream } = call as unknown as { readonly stream?: ServerHttp2Stream };
    if (stream === undefined) throw new Error('this grpc-js keeps the stream of a call elsewhere');
    this.#stream = stream;
  }

  /** Whether the caller (or a lost connection) ended the stream, and not a status of ours. */
  get wasAborted(): boolean {
    return this.#stream.aborted || this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR;
  }

  /** Resets the stream if the caller does not take its status in time. */
  closeSoon(): void {
    setTimeout(() => this.#stream.close(constants.NGHTTP2_CANCEL), graceMs).unref();
  }
}
