import { invalidArgument } from '@janus-mesh/rpc';

/** A message of a call that begins with a start and goes on with pieces of one other kind. */
interface StreamedRequest {
  readonly message: { readonly $case: string; readonly value: unknown } | undefined;
}
type Case<Request extends StreamedRequest> = NonNullable<Request['message']>['$case'];
type ValueOf<Request extends StreamedRequest, Kind> = Extract<Request['message'], { readonly $case: Kind }>['value'];

/** A streamed request whose start message was taken. */
export interface OpenedRequest<Start, Piece> {
  readonly start: Start;
  /** What follows, until the caller half-closes. */
  readonly pieces: AsyncGenerator<Piece, void, undefined>;
}

/**
 * Takes the start message from a streamed request.
 *
 * @param kind the case of the messages after it
 * @throws {MeshError} INVALID_ARGUMENT, START_MISSING; `pieces` throws UNEXPECTED_MESSAGE on a second start or an empty message
 */
export async function openRequest<Request extends StreamedRequest, Kind extends Exclude<Case<Request>, 'start'>>(
  requests: AsyncIterable<Request>,
  kind: Kind
): Promise<OpenedRequest<ValueOf<Request, 'start'>, ValueOf<Request, Kind>>> {
  const messages = requests[Symbol.asyncIterator]();
  const first = await messages.next();
  if (first.done) throw missingStart('the request ended before it');
  const { message } = first.value;
  if (message?.$case !== 'start') throw missingStart(`${message ? `a ${message.$case} message` : 'an empty message'} came instead`);
  return { start: message.value, pieces: pieces<ValueOf<Request, Kind>>(messages, kind) };
}

async function* pieces<Piece>(messages: AsyncIterator<StreamedRequest>, kind: string): AsyncGenerator<Piece, void, undefined> {
  try {
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      const { message } = next.value;
      if (message?.$case !== kind) throw unexpected(message?.$case, kind);
      yield message.value as Piece;
    }
  } finally {
    await messages.return?.();
  }
}

function missingStart(found: string) {
  return invalidArgument([{ field: 'start', description: `must be the first message; ${found}` }], 'START_MISSING');
}

function unexpected(found: string | undefined, kind: string) {
  const description = found
    ? `came again; after the first message only ${kind} may follow`
    : `an empty message came where ${kind} was expected`;
  return invalidArgument([{ field: found ?? kind, description }], 'UNEXPECTED_MESSAGE');
}
