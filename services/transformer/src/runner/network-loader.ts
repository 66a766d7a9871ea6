import { type Network, placedNetwork } from '@janus-mesh/networks';
import { loadNetwork, MappedWeights, type PrepackedWeights, type Runtime, RuntimeError, type Session } from '@janus-mesh/runtime';
import { PackedFiles, type PackedPlaces } from './packed-files.ts';
import type { RunnerBundle } from './runner-bundle.ts';

/** Where packed weights are: in this process's memory, or in files beside the bundle that all processes on the host share. */
export type PackedWeightsPlace = 'memory' | 'files';

/** Which networks have their packed weights in common. */
export type NetworkPart = 'step' | 'text-head' | 'code-head' | 'aligner';

interface LoadOptions {
  readonly flashAttention?: boolean;
}

/** Makes sessions over a bundle's weights: graphs over the same ones keep one packed copy of each. */
export class NetworkLoader {
  readonly #runtime: Runtime;
  readonly #weights: MappedWeights;
  readonly #prepacked: PrepackedWeights;
  readonly #files: PackedFiles | undefined;

  constructor(runtime: Runtime, bundle: RunnerBundle, place: PackedWeightsPlace) {
    this.#runtime = runtime;
    this.#weights = new MappedWeights(runtime, bundle.weightsPath, bundle.tensors);
    this.#prepacked = runtime.createPrepackedWeights();
    this.#files = place === 'files' ? new PackedFiles(runtime, bundle) : undefined;
  }

  /**
   * Makes a session. Packed files that ONNX Runtime refuses are made again, once.
   *
   * @throws {RuntimeError} with ONNX Runtime's words
   * @throws {Error} if packed weights can't be written, or are refused again
   */
  async load(part: NetworkPart, network: Network, { flashAttention = true }: LoadOptions = {}): Promise<Session> {
    const files = this.#files;
    const options = { flashAttention, sharesScratch: true };
    if (!files) return loadNetwork(this.#runtime, network, this.#weights, { ...options, prepacked: this.#prepacked });
    const loadPlaced = ({ places, folder }: PackedPlaces) =>
      loadNetwork(this.#runtime, placedNetwork(network, places), this.#weights, { ...options, folder });
    try {
      return await loadPlaced(await files.placesOf(part, network));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await files.discard(part, error);
    }
    const places = await files.placesOf(part, network);
    return loadPlaced(places).catch((cause) => {
      throw new Error(
        `packed weights in ${places.folder} are refused, though just made: ${cause.message}; ` +
          'delete the folder, or set JANUS_MESH_PACKED_WEIGHTS=memory',
        { cause }
      );
    });
  }

  /** Lets go of the bundle's pages that were read so far. */
  dropPages(): void {
    this.#weights.dropPages();
  }

  /** Gives the mapping back. Sessions made before stay good. */
  release(): void {
    this.#prepacked.release();
    this.#weights.release();
  }
}

// Codes of our own are words: those faults lie elsewhere than in the files.
function isRefusal(error: unknown): error is RuntimeError {
  return error instanceof RuntimeError && typeof error.code === 'number';
}
