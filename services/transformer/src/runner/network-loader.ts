import { type Network, placedNetwork } from '@janus-mesh/networks';
import { loadNetwork, MappedWeights, type PrepackedWeights, type Runtime, type Session } from '@janus-mesh/runtime';
import { PackedFiles } from './packed-files.ts';
import type { RunnerBundle } from './runner-bundle.ts';

/** Where packed weights are: in this process's memory, or in files beside the bundle that all processes on the host share. */
export type PackedWeightsPlace = 'memory' | 'files';

/** Which networks have their packed weights in common. */
export type NetworkPart = 'step' | 'text-head' | 'code-head' | 'aligner';

/** Makes sessions over a bundle's weights: graphs over the same ones keep one packed copy of each. */
export class NetworkLoader {
  readonly weights: MappedWeights;
  readonly #runtime: Runtime;
  readonly #prepacked: PrepackedWeights;
  readonly #files: PackedFiles | undefined;

  constructor(runtime: Runtime, { weightsPath, tensors }: Pick<RunnerBundle, 'weightsPath' | 'tensors'>, place: PackedWeightsPlace) {
    this.#runtime = runtime;
    this.weights = new MappedWeights(runtime, weightsPath, tensors);
    this.#prepacked = runtime.createPrepackedWeights();
    this.#files = place === 'files' ? new PackedFiles(runtime, { weightsPath, tensors }) : undefined;
  }

  /** Makes a session. @throws {RuntimeError} with ONNX Runtime's words; @throws {Error} if packed weights can't be written */
  async load(part: NetworkPart, network: Network, { flashAttention = true }: { flashAttention?: boolean } = {}): Promise<Session> {
    const files = await this.#files?.placesOf(part, network);
    if (!files) return loadNetwork(this.#runtime, network, this.weights, { flashAttention, prepacked: this.#prepacked });
    const placed = placedNetwork(network, files.places);
    return loadNetwork(this.#runtime, placed, this.weights, { flashAttention, folder: files.folder });
  }

  /** Gives the mapping back. Sessions made before stay good. */
  release(): void {
    this.#prepacked.release();
    this.weights.release();
  }
}
