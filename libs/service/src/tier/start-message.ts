import { invalidArgument } from '@janus-mesh/rpc';

/** A request message of a call that begins with a start and goes on with pieces of one other kind. */
export interface StreamedRequest<Start, Kind extends string, Piece> {
  readonly message: { readonly $case: 'start'; readonly value: Start } | { readonly $case: Kind; readonly value: Piece } | undefined;
}

/** A streamed request, opened. */
export interface OpenedRequest<Start, Piece> {
  readonly start: Start;
  /** What follows, until the caller half-closes. */
  readonly pieces: AsyncGenerator<Piece, void, undefined>;
}

/**
 * Takes the start message from a streamed request.
 *
 * @param kind the case of the other messages
 * @throws {MeshError} INVALID_ARGUMENT, START_MISSING; `pieces` throws UNEXPECTED_MESSAGE on a second start or an empty message
 */
export async function openRequest<Start, Kind extends string, Piece>(
  requests: AsyncIterable<StreamedRequest<Start, Kind, Piece>>,
  kind: Kind
): Promise<OpenedRequest<Start, Piece>> {
  const messages = requests[Symbol.asyncIterator]();
  const first = await messages.next();
  if (first.done) throw missingStart('the request ended before it');
  const { message } = first.value;
  if (message?.$case !== 'start') throw missingStart(`${message ? `a ${message.$case} message` : 'an empty message'} came instead`);
  return { start: message.value as Start, pieces: pieces(messages, kind) };
}

async function* pieces<Start, Kind extends string, Piece>(
  messages: AsyncIterator<StreamedRequest<Start, Kind, Piece>>,
  kind: Kind
): AsyncGenerator<Piece, void, undefined> {
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
  const description =
    found === undefined ? `an empty message came where ${kind} was expected` : `came again; after the first message only ${kind} may follow`;
  return invalidArgument([{ field: found ?? kind, description }], 'UNEXPECTED_MESSAGE');
}
