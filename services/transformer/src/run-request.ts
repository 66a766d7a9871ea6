import type { FeaturesChunk } from '@janus-mesh/contracts';
import { EngineError } from './engine/engine-error.ts';
import type { EngineEvent } from './engine/engine-event.ts';
import { type EngineRequest, rowPrompts } from './engine/engine-request.ts';
import { promptFeatures } from './engine/prompt.ts';
import type { RequestHandle } from './engine/request-handle.ts';
import { FeatureUploads } from './feature-uploads.ts';
import { meshErrorOf } from './mesh-error-of.ts';
import type { Transformer } from './transformer.ts';

/** The rest of the call a request belongs to. */
export interface RequestCall {
  /** What the client sends after its start. */
  readonly chunks: AsyncIterable<FeaturesChunk>;
  readonly signal: AbortSignal;
}

/**
 * Runs a request through the engine: takes its features in, gives its events out, and ends it when the call ends, also while
 * the reader is slow.
 *
 * @throws {MeshError} why the engine refused or ended it, or what was wrong with the features
 */
export async function* runRequest(
  { engine, config }: Transformer,
  request: EngineRequest,
  { chunks, signal }: RequestCall
): AsyncGenerator<EngineEvent, void, undefined> {
  signal.throwIfAborted();
  const handle = submit(() => engine.submit(request));
  const endWith = (cause: unknown) => handle.cancel(new EngineError('CANCELLED', 'the call ended', { cause }));
  const onAbort = () => endWith(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const uploads = new FeatureUploads(promptFeatures(rowPrompts(request)), config.vision.hiddenSize);
  receiveFeatures(handle, uploads, chunks).catch(endWith);
  try {
    yield* handle.events;
  } catch (error) {
    throw meshErrorOf(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function submit(enter: () => RequestHandle): RequestHandle {
  try {
    return enter();
  } catch (error) {
    throw meshErrorOf(error);
  }
}

// Nothing is read before the engine has room for it: what a waiting client sends early stays in the transport's window.
async function receiveFeatures(handle: RequestHandle, uploads: FeatureUploads, chunks: AsyncIterable<FeaturesChunk>): Promise<void> {
  await handle.admitted;
  for await (const chunk of chunks) {
    const complete = uploads.add(chunk);
    if (complete) handle.provideFeatures(complete.hash, complete.values, complete.rows);
    else handle.awaitFeatures();
  }
  handle.closeFeatures();
}
