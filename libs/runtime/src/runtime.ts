import { type DType, elementCount } from '@janus-mesh/tensor';
import { type ElementArray, elementArray } from './element-type.ts';
import type { Native } from './native.ts';
import { PrepackedWeights } from './prepacked-weights.ts';
import { createSession, type Session, type SessionSource } from './session.ts';
import { Value } from './value.ts';

/** ONNX Runtime, opened: makes values and sessions. */
export class Runtime {
  /** Of ONNX Runtime, as the library reports it: "1.30.0". */
  readonly version: string;
  /** The execution provider all sessions run on, by its short name: "cpu". */
  readonly provider: string;
  /** Threads of the pool that all sessions share. */
  readonly threads: number;
  readonly #native: Native;

  /** Made by `openRuntime`. */
  constructor(native: Native, version: string, threads: number) {
    this.#native = native;
    this.version = version;
    this.provider = native.provider.name;
    this.threads = threads;
  }

  /**
   * A tensor over `data`, which is used in place, or over new memory filled with zeros. Memory of a big one costs nothing before it is
   * written.
   *
   * @param data as many elements as the dims say; f16 and bf16 as Uint16Array of their bits
   * @throws {RuntimeError} ARGUMENT if the array is of another type or length
   */
  tensor<D extends DType>(dtype: D, dims: readonly number[], data?: ElementArray<D>): Value<D> {
    return new Value(this.#native, dtype, dims, { at: data ?? new (elementArray(dtype))(elementCount(dims)) });
  }

  /**
   * A tensor over memory given by its address, used in place.
   *
   * @param keepAlive kept while the value lives; a MappedFile is also kept mapped, a SystemMemory allocated, and the tensor must lie
   *   inside it
   * @throws {RuntimeError} ARGUMENT if it does not
   */
  tensorAt<D extends DType>(dtype: D, dims: readonly number[], address: bigint, keepAlive: object): Value<D> {
    return new Value(this.#native, dtype, dims, { at: address, keepAlive });
  }

  /** Makes a session of a graph; the event loop goes on meanwhile. @throws {RuntimeError} with ONNX Runtime's words */
  createSession(source: SessionSource): Promise<Session> {
    return createSession(this.#native, source);
  }

  /** An empty container for packed copies of weights. */
  createPrepackedWeights(): PrepackedWeights {
    return new PrepackedWeights(this.#native);
  }
}
