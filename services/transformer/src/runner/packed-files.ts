import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ExternalData, type Network, placedNetwork, readExternalData } from '@janus-mesh/networks';
import { isaClass, type Runtime, trimMemory, type WeightExtent } from '@janus-mesh/runtime';
import { PART_FILES, type PackedSource, readPart, sealPart } from './packed-part.ts';
import { partialOf, putInPlace, removeLeftovers, removeWhole } from './partial-folders.ts';
import type { RunnerBundle } from './runner-bundle.ts';

const VECTOR_BYTES = 64;

/** Where a network's packed weights lie. */
export interface PackedPlaces {
  /** What the locations are relative to. */
  readonly folder: string;
  readonly places: ReadonlyMap<string, ExternalData>;
}

/**
 * Packed weights in files beside the bundle's own: made once for each kind of processor and version of ONNX Runtime, then mapped by every
 * process on the host, so that they are in memory once. A cache: what is broken is made again, and it may be deleted at any time.
 */
export class PackedFiles {
  readonly #runtime: Runtime;
  readonly #source: PackedSource;
  readonly #tensors: ReadonlyMap<string, WeightExtent>;
  readonly #folder: string;

  constructor(runtime: Runtime, { manifest, weightsPath, tensors }: RunnerBundle) {
    this.#runtime = runtime;
    this.#source = { path: weightsPath, sha256: manifest.weights?.sha256 };
    this.#tensors = tensors;
    this.#folder = join(dirname(weightsPath), `packed-${isaClass()}-onnxruntime-${runtime.version}`);
  }

  /**
   * Finds a network's packed weights, packing them first where that was not done before or they are broken: seconds, and twice their size
   * on disk.
   *
   * @param part name of the files; networks over the same weights may share them
   * @throws {Error} if they can't be written
   */
  async placesOf(part: string, network: Network): Promise<PackedPlaces> {
    const folder = join(this.#folder, part);
    const model = (await this.#readIfSound(part, folder)) ?? (await this.#pack(folder, network));
    // Weights that are not packed are taken from the bundle.
    const packed = [...readExternalData(model)].filter(([name, data]) => network.weights.includes(name) && isPacked(data));
    return { folder, places: new Map(packed) };
  }

  /** Removes a part that is broken, with a warning; it is packed again when next asked for. @throws {Error} if it can't be removed */
  async discard(part: string, reason: unknown): Promise<void> {
    const folder = join(this.#folder, part);
    process.emitWarning(`packed weights in ${folder} are broken and made again: ${messageOf(reason)}`, 'PackedWeightsWarning');
    await removeWhole(folder).catch((cause) => {
      throw cannotKeep(folder, cause);
    });
  }

  async #readIfSound(part: string, folder: string): Promise<Uint8Array | undefined> {
    if (!existsSync(folder)) return undefined;
    try {
      return await readPart(folder, this.#source);
    } catch (reason) {
      await this.discard(part, reason);
      return undefined;
    }
  }

  async #pack(folder: string, network: Network): Promise<Uint8Array> {
    let partial: string | undefined;
    try {
      partial = await partialOf(folder);
      await removeLeftovers(this.#folder);
      await this.#writePacked(partial, network);
      await sealPart(partial, this.#source);
      await putInPlace(partial, folder);
      return await readPart(folder, this.#source);
    } catch (cause) {
      throw cannotKeep(folder, cause);
    } finally {
      if (partial) await rm(partial, { recursive: true, force: true });
    }
  }

  async #writePacked(folder: string, network: Network): Promise<void> {
    const source = new Map(network.weights.map((name) => [name, this.#placeOf(name)]));
    const session = await this.#runtime.createSession({
      model: placedNetwork(network, source).model,
      folder: dirname(this.#source.path),
      saveTo: join(folder, PART_FILES.model),
      config: {
        'session.save_external_prepacked_constant_initializers': '1',
        'session.optimized_model_external_initializers_file_name': PART_FILES.weights,
        'session.optimized_model_external_initializers_min_size_in_bytes': '1024'
      }
    });
    session.release();
    trimMemory();
  }

  #placeOf(name: string): ExternalData {
    const extent = this.#tensors.get(name);
    if (!extent) throw new RangeError(`${this.#source.path} has no tensor ${name}`);
    return { location: basename(this.#source.path), offset: String(extent.offset), length: String(extent.bytes) };
  }
}

// Beside where a weight lies, ONNX Runtime notes where its packed copies do: `<kernel and hash>|<offset>;<length>;...`. Kernels read them
// in whole vectors, and crash where they do not lie at a multiple of one, which the writer does not see to.
function isPacked(data: ExternalData): boolean {
  const packed = Object.entries(data).flatMap(([key, value]) => (key.startsWith('prepacked') ? [value] : []));
  const offsets = packed.flatMap((value) =>
    value
      .split('|')
      .slice(1)
      .map((place) => Number.parseInt(place, 10))
  );
  return offsets.length > 0 && offsets.every((offset) => offset % VECTOR_BYTES === 0);
}

function cannotKeep(folder: string, cause: unknown): Error {
  const remedy = 'mend that, delete the folder, or set JANUS_MESH_PACKED_WEIGHTS=memory';
  return new Error(`packed weights cannot be kept in ${folder}: ${messageOf(cause)}; ${remedy}`, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
