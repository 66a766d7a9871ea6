import { ServerError, type ServerMiddleware } from 'nice-grpc';
import { Code, codeName } from '../errors/code.ts';
import { internal } from '../errors/families.ts';
import { MeshError } from '../errors/mesh-error.ts';
import { wireMessage } from '../errors/status-details.ts';
import type { CallContext } from './call-context.ts';
import type { Calls } from './calls.ts';
import { callKey, type ServedCall } from './served-call.ts';
import { readable } from './strict-requests.ts';

/** Runs handlers: gives them their context, refuses unreadable requests, turns what they throw into a status. */
export function handlerMiddleware(calls: Calls): ServerMiddleware<{ readonly mesh: CallContext }> {
  return async function* run(call, context) {
    const served = calls.get(String(context.metadata.get(callKey)));
    if (served === undefined) throw new ServerError(Code.CANCELLED, 'the call is over');
    const mesh = served.context;
    calls.enter(served);
    try {
      const request = call.requestStream ? untilAborted(call.request, mesh.signal) : readable(call.request);
      return yield* call.next(request, { ...context, mesh });
    } catch (error) {
      const failure = served.fail(toMeshError(error, served));
      throw new ServerError(failure.code, wireMessage(failure.message));
    } finally {
      calls.leave(served);
    }
  };
}

/** nice-grpc ends the requests of a cancelled call as if the caller had half-closed; this throws the abort's reason instead. */
async function* untilAborted<Request>(requests: AsyncIterable<Request>, signal: AbortSignal): AsyncGenerator<Request> {
  for await (const request of requests) yield readable(request);
  signal.throwIfAborted();
}

/**
 * What a handler's exception means.
 *
 * An AbortError or a CANCELLED of a neighbour is the caller's cancel only where the caller did cancel; else it is our bug.
 */
function toMeshError(error: unknown, served: ServedCall): MeshError {
  const { signal, logger } = served.context;
  if (signal.aborted && (isAbort(error) || error instanceof MeshError)) return signal.reason as MeshError;
  if (error instanceof MeshError && error.code !== Code.CANCELLED) return error;
  if (error instanceof ServerError) return new MeshError(error.code as number as Code, codeName(error.code), error.details); // health
  logger.error({ err: error }, 'handler failed');
  return internal('internal error; the log of the service tells more by the request id', { cause: error });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
