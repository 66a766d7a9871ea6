import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import { onTestFinished } from 'vitest';

export interface RawCall {
  readonly session: ClientHttp2Session;
  readonly stream: ClientHttp2Stream;
  /** Response headers, when they come. */
  readonly headers: Promise<IncomingHttpHeaders>;
  /** Settles with the trailers, or the headers where the answer is only a status; without waiting for unread data. */
  readonly status: Promise<IncomingHttpHeaders>;
}

interface RawOptions {
  /** Bytes the server may send before something is read. Default: 65535. */
  readonly window?: number;
  /** Request messages, serialized. */
  readonly messages?: readonly Uint8Array[];
  readonly headers?: Record<string, string>;
}

/** Makes a gRPC call over plain HTTP/2: bytes as they are, flow control by hand. Nothing is read before `stream.resume()`. */
export function rawCall(
  address: string,
  method: string,
  { window = 65535, messages = [new Uint8Array()], headers = {} }: RawOptions
): RawCall {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: window } });
  session.on('error', () => undefined);
  const stream = session.request({
    ':method': 'POST',
    ':path': `/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers
  });
  stream.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  for (const message of messages) stream.write(frame(message));
  stream.end();
  const response = new Promise<IncomingHttpHeaders>((resolve) => stream.once('response', resolve));
  const trailers = new Promise<IncomingHttpHeaders>((resolve) => stream.once('trailers', resolve));
  const onlyStatus = response.then((found) => ('grpc-status' in found ? found : trailers));
  return { session, stream, headers: response, status: onlyStatus };
}

/** A message behind gRPC's 5 bytes: not compressed, length. */
function frame(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}
