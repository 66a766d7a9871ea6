import type { MappedWeights } from './mapped-weights.ts';
import type { PrepackedWeights } from './prepacked-weights.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import { trimMemory } from './trim-memory.ts';

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
 * @param prepacked shared by the variants of one network, so that they keep one packed copy of each weight
 * @throws {RuntimeError} ARGUMENT if the file has not all of its weights; else ONNX Runtime's code and words
 */
export async function loadNetwork(
  runtime: Runtime,
  network: NetworkSource,
  weights: MappedWeights,
  prepacked?: PrepackedWeights
): Promise<Session> {
  const session = await runtime.createSession({
    model: network.model,
    weights: weights.values(network.weights),
    ...(prepacked && { prepacked })
  });
  // What runs are packed copies: the pages they were made from, and what packing needed, can go.
  weights.dropPages();
  trimMemory();
  return session;
}
