import type { MappedWeights } from './mapped-weights.ts';
import type { Runtime } from './runtime.ts';
import type { Session, SessionSource } from './session.ts';
import { trimMemory } from './trim-memory.ts';

const DROP_MS = 20;

/** A graph and the weights it declares as external initializers. */
export interface NetworkSource {
  /** Serialized ONNX ModelProto. */
  readonly model: Uint8Array;
  /** Their names, the same in the graph and in the weight file. */
  readonly weights: readonly string[];
}

/**
 * Makes a session of a network, its weights taken from the mapped file.
 *
 * @param options `prepacked` is shared by the variants of one network, so that they keep one packed copy of each weight
 * @throws {RuntimeError} ARGUMENT if the file has not all of its weights; else ONNX Runtime's code and words
 */
export async function loadNetwork(
  runtime: Runtime,
  network: NetworkSource,
  weights: MappedWeights,
  options: Pick<SessionSource, 'prepacked' | 'flashAttention' | 'folder' | 'sharesScratch'> = {}
): Promise<Session> {
  // The file's pages are read once, to make packed copies that are what runs. Letting go of them meanwhile keeps both from being in memory
  // at once; a page that is let go too early is read again.
  const dropping = setInterval(() => weights.dropPages(), DROP_MS);
  try {
    return await runtime.createSession({ model: network.model, weights: weights.values(network.weights), ...options });
  } finally {
    clearInterval(dropping);
    weights.dropPages();
    trimMemory(); // packing frees as much as it keeps
  }
}
