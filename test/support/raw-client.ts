import { type ClientHttp2Session, connect } from 'node:http2';

/** How a call ended. */
export interface RawStatus {
  /** gRPC's status code; undefined if the call ended without one. */
  readonly code: number | undefined;
  readonly message: string;
  /** Whether google.rpc details came with it: our services send them, the transport does not. */
  readonly hasDetails: boolean;
  /** Bytes of the answer. */
  readonly bytes: number;
}

/** Makes gRPC calls over plain HTTP/2, with any bytes as the message. */
export class RawClient {
  readonly #address: string;
  #session: ClientHttp2Session | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /**
   * Calls a method.
   *
   * @param frame gRPC's five bytes (not compressed, length) and the message
   * @throws {Error} if there is no answer within the limit, or the connection breaks
   */
  call(path: string, frame: Uint8Array, limitMs: number): Promise<RawStatus> {
    const stream = this.#connected().request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': `${limitMs}m`
    });
    let found: Record<string, unknown> = {};
    let bytes = 0;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stream.close();
        reject(new Error(`no answer within ${limitMs + 2000} ms`));
      }, limitMs + 2000);
      stream.on('response', (headers) => Object.assign(found, headers));
      stream.on('trailers', (trailers) => {
        found = { ...found, ...trailers };
      });
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      stream.on('error', (error) => {
        // The server may hang up on what is still being sent, once it has said why.
        if (found['grpc-status'] === undefined) reject(error);
      });
      stream.on('close', () => {
        clearTimeout(timer);
        const code = found['grpc-status'] === undefined ? undefined : Number(found['grpc-status']);
        const message = decodeURIComponent(String(found['grpc-message'] ?? ''));
        resolve({ code, message, hasDetails: 'grpc-status-details-bin' in found, bytes });
      });
      stream.end(frame);
    });
  }

  close(): void {
    this.#session?.destroy();
  }

  #connected(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(`http://${this.#address}`);
      this.#session.on('error', () => undefined); // each stream reports it
    }
    return this.#session;
  }
}

/** A message as it goes on the wire: not compressed, its length, itself. */
export function frameOf(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}
