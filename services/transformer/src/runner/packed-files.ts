import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ExternalData, type Network, placedNetwork, readExternalData } from '@janus-mesh/networks';
import { isaClass, type Runtime, trimMemory, type WeightExtent } from '@janus-mesh/runtime';

const MODEL = 'model.onnx';
const WEIGHTS = 'weights.bin';
const VECTOR_BYTES = 64;

/** Where a network's packed weights lie. */
export interface PackedPlaces {
  /** What the locations are relative to. */
  readonly folder: string;
  readonly places: ReadonlyMap<string, ExternalData>;
}

/**
 * Packed weights in files beside the bundle's own: made once for each kind of processor and version of ONNX Runtime, then mapped by every
 * process on the host, so that they are in memory once. A cache: it may be deleted while nothing runs.
 */
export class PackedFiles {
  readonly #runtime: Runtime;
  readonly #weightsPath: string;
  readonly #tensors: ReadonlyMap<string, WeightExtent>;
  readonly #folder: string;

  constructor(runtime: Runtime, { weightsPath, tensors }: { weightsPath: string; tensors: ReadonlyMap<string, WeightExtent> }) {
    this.#runtime = runtime;
    this.#weightsPath = weightsPath;
    this.#tensors = tensors;
    this.#folder = join(dirname(weightsPath), `packed-${isaClass()}-onnxruntime-${runtime.version}`);
  }

  /**
   * Finds a network's packed weights, packing them first where that was not done before: seconds, and twice their size on disk.
   *
   * @param part name of the files; networks over the same weights may share them
   * @throws {Error} if they can't be written
   */
  async placesOf(part: string, network: Network): Promise<PackedPlaces> {
    const folder = join(this.#folder, part);
    const model = (await readIfThere(folder)) ?? (await this.#pack(folder, network));
    // Weights that are not packed are taken from the bundle.
    const packed = [...readExternalData(model)].filter(([name, data]) => network.weights.includes(name) && isPacked(data));
    return { folder, places: new Map(packed) };
  }

  async #pack(folder: string, network: Network): Promise<Uint8Array> {
    const partial = `${folder}.${process.pid}.partial`;
    try {
      await mkdir(partial, { recursive: true });
      await this.#writePacked(partial, network);
      await rename(partial, folder).catch(unlessThere); // another process may have been faster
      return await readFile(join(folder, MODEL));
    } catch (cause) {
      throw cannotKeep(folder, cause);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }

  async #writePacked(folder: string, network: Network): Promise<void> {
    const source = new Map(network.weights.map((name) => [name, this.#source(name)]));
    const session = await this.#runtime.createSession({
      model: placedNetwork(network, source).model,
      folder: dirname(this.#weightsPath),
      saveTo: join(folder, MODEL),
      config: {
        'session.save_external_prepacked_constant_initializers': '1',
        'session.optimized_model_external_initializers_file_name': WEIGHTS,
        'session.optimized_model_external_initializers_min_size_in_bytes': '1024'
      }
    });
    session.release();
    trimMemory();
  }

  #source(name: string): ExternalData {
    const extent = this.#tensors.get(name);
    if (!extent) throw new RangeError(`${this.#weightsPath} has no tensor ${name}`);
    return { location: basename(this.#weightsPath), offset: String(extent.offset), length: String(extent.bytes) };
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

async function readIfThere(folder: string): Promise<Uint8Array | undefined> {
  return readFile(join(folder, MODEL)).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw cannotKeep(folder, error);
  });
}

function cannotKeep(folder: string, cause: unknown): Error {
  return new Error(`packed weights cannot be kept in ${folder}: ${(cause as Error).message}`, { cause });
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
