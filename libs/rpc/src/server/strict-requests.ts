import type { BinaryReader } from '@bufbuild/protobuf/wire';
import type { MethodDefinition, ServiceDefinition } from '../definition.ts';
import { Code } from '../errors/code.ts';
import { MeshError } from '../errors/mesh-error.ts';
import { BoundedReader, TooManyValuesError } from './bounded-reader.ts';

/**
 * Stands in for a request that could not be read.
 *
 * grpc-js answers INTERNAL without details when a decoder throws, so ours returns this instead and {@link readable} throws later.
 */
class UnreadableRequest {
  readonly error: MeshError;

  constructor(cause: unknown) {
    const [reason, message] = explained(cause);
    this.error = new MeshError(Code.INVALID_ARGUMENT, reason, message, { cause });
  }
}

function explained(cause: unknown): readonly [reason: string, message: string] {
  if (cause instanceof InvalidUtf8Error) return ['INVALID_UTF8', 'a string of the request is not valid UTF-8'];
  if (cause instanceof TooManyValuesError) return ['TOO_MANY_VALUES', cause.message];
  return ['MALFORMED_MESSAGE', 'the request is not a valid protobuf message'];
}

class InvalidUtf8Error extends Error {}

/**
 * A service whose requests are refused where a string is not UTF-8, as generated codecs would put U+FFFD in silently, or where they
 * have more parts than can be of use.
 */
export function withStrictRequests<Service extends ServiceDefinition>(service: Service): Service {
  const methods = Object.entries(service.methods).map(([key, method]) => [key, strict(method)]);
  return { ...service, methods: Object.fromEntries(methods) };
}

/** The request itself. @throws {MeshError} INVALID_ARGUMENT if it could not be read */
export function readable<Request>(request: Request): Request {
  if (request instanceof UnreadableRequest) throw request.error;
  return request;
}

function strict(method: MethodDefinition): MethodDefinition {
  const { requestType } = method;
  const read = requestType.decode as unknown as (input: BinaryReader) => unknown;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decodeUtf8 = (bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new InvalidUtf8Error('not UTF-8', { cause });
    }
  };
  const decode = (bytes: Uint8Array) => {
    try {
      return read(new BoundedReader(bytes, decodeUtf8));
    } catch (cause) {
      return new UnreadableRequest(cause);
    }
  };
  return { ...method, requestType: { ...requestType, decode } as MethodDefinition['requestType'] };
}
