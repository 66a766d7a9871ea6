import { isLargeMatrix } from '@janus-mesh/tensor';
import { Call, type CallOptions } from './call.ts';
import { allowFlashAttention } from './library.ts';
import { nameArray } from './name-array.ts';
import type { Native } from './native.ts';
import { NativeObject } from './native-object.ts';
import type { PrepackedWeights } from './prepacked-weights.ts';
import { appendProvider } from './provider.ts';
import { RuntimeError } from './runtime-error.ts';
import { check, create, createAsync } from './status.ts';
import type { Value } from './value.ts';

/** What a session is made of. */
export interface SessionSource {
  /** Serialized ONNX ModelProto. */
  readonly model: Uint8Array;
  /**
   * The initializers that the graph declares as external data, by name: all of them, and no others. They are read where they lie. They
   * must be declared in the main graph (subgraphs may use them). The location written there is '.' for a large matrix (`isLargeMatrix`),
   * whose dims are then not compared with the graph's; others may have any.
   */
  readonly weights?: ReadonlyMap<string, Value>;
  /** ONNX Runtime's session configuration entries. */
  readonly config?: Readonly<Record<string, string>>;
  /** Where the packed copies of `weights` are kept and found. */
  readonly prepacked?: PrepackedWeights;
  /** Where external weights that are not given lie, by the locations written in the model. @default the working directory */
  readonly folder?: string;
  /** Path that the optimized model is written to. */
  readonly saveTo?: string;
  /**
   * Whether GroupQueryAttention may run its blocked ("flash") kernels. Sessions that differ in it must not be made at the same time:
   * ONNX Runtime reads it from the process's environment. @default true
   */
  readonly flashAttention?: boolean;
  /**
   * Whether scratch memory comes from the arena that all such sessions share, without a plan of it for each shape that ever came: for
   * sessions that run one after another with shapes of all sizes. Of its own, each keeps as much as its largest run wanted. @default false
   */
  readonly sharesScratch?: boolean;
}

/** A graph, optimized and ready to run. */
export class Session extends NativeObject {
  readonly #native: Native;
  readonly #pointer: bigint;
  readonly #parts: readonly NativeObject[];
  readonly #calls = new Set<Call>();

  /** Made by `Runtime.createSession`. @param parts held already; dropped when the session is freed */
  constructor(native: Native, pointer: bigint, parts: readonly NativeObject[]) {
    super();
    this.#native = native;
    this.#pointer = pointer;
    this.#parts = parts;
  }

  /** A way to run this session with the named inputs and outputs. Several calls of one session may run at the same time. */
  newCall(inputs: readonly string[], outputs: readonly string[], options: CallOptions = {}): Call {
    const call = new Call(this.#native, this, { inputs, outputs }, options);
    this.#calls.add(call);
    return call;
  }

  /** The OrtSession. For the other objects of this library. */
  get pointer(): bigint {
    return this.#pointer;
  }

  /** A call of this session is gone. For the other objects of this library. */
  forget(call: Call): void {
    this.#calls.delete(call);
  }

  /** Releases its calls and gives it back; a run under way ends first. */
  override release(): void {
    for (const call of this.#calls) call.release();
    super.release();
  }

  protected override free(): void {
    this.#native.api.releaseSession(this.#pointer);
    for (const part of this.#parts) part.drop();
  }

  protected override describe(): string {
    return 'session';
  }
}

/**
 * Makes a session on another thread: optimizing the graph and packing the weights take seconds for a big model.
 *
 * @throws {RuntimeError} with ONNX Runtime's words: bytes that are no model, a weight that is missing, unknown or of other dims, ...
 */
export async function createSession(native: Native, source: SessionSource): Promise<Session> {
  const { api, environment } = native;
  const parts = [...(source.weights?.values() ?? []), ...(source.prepacked ? [source.prepacked] : [])];
  for (const part of parts) part.assertUsable();
  for (const part of parts) part.hold();
  let options: bigint | undefined;
  try {
    options = create(api, api.createSessionOptions);
    configure(native, options, source);
    const { model, prepacked } = source;
    const container = prepacked?.pointer ?? null;
    allowFlashAttention(source.flashAttention ?? true);
    const pointer = await createAsync(api, api.createSessionFromArray, environment, model, model.byteLength, options, container);
    return new Session(native, pointer, parts);
  } catch (error) {
    for (const part of parts) part.drop();
    throw explained(error, source);
  } finally {
    if (options !== undefined) api.releaseSessionOptions(options);
  }
}

// ORTCHAR_T: wide characters on Windows.
function nativePath(path: string): Buffer {
  return Buffer.from(`${path}\0`, process.platform === 'win32' ? 'utf16le' : 'utf8');
}

function configure({ api, provider, profileTo }: Native, options: bigint, source: SessionSource): void {
  const { config = {}, weights, folder, saveTo, sharesScratch } = source;
  check(api, api.disablePerSessionThreads(options)); // else it would have a pool of its own beside the process's
  appendProvider(api, options, provider);
  if (sharesScratch) {
    check(api, api.addSessionConfigEntry(options, 'session.use_env_allocators', '1'));
    check(api, api.disableMemoryPattern(options));
  }
  for (const [key, value] of Object.entries(config)) check(api, api.addSessionConfigEntry(options, key, value));
  if (folder !== undefined) check(api, api.addSessionConfigEntry(options, 'session.model_external_initializers_file_folder_path', folder));
  if (saveTo !== undefined) check(api, api.setOptimizedModelFilePath(options, nativePath(saveTo)));
  if (profileTo !== '') check(api, api.enableProfiling(options, nativePath(profileTo)));
  if (!weights?.size) return;
  // Only plain initializers are found again in the container of prepacked weights (without it every session keeps a packed copy of its
  // own), and only "external" ones can be looked into while the graph is optimized. These are copied meanwhile: not the large matrices.
  for (const [name, value] of weights) check(api, api.addInitializer(options, name, value.pointer));
  const copied = [...weights].filter(([, { dtype, dims }]) => !isLargeMatrix(dtype, dims));
  if (copied.length === 0) return;
  const names = nameArray(copied.map(([name]) => name));
  const values = BigUint64Array.from(copied, ([, value]) => value.pointer);
  check(api, api.addExternalInitializers(options, names.pointers, values, values.length));
}

/** ONNX Runtime looks for a weight that was not given in the working directory, and complains about that: says what is the matter. */
function explained(error: unknown, { weights }: SessionSource): unknown {
  if (!(error instanceof RuntimeError) || !/External data path|Is a directory/.test(error.message)) return error;
  const message = `the graph declares an external weight that is not among the ${weights?.size ?? 0} given: ${error.message}`;
  return new RuntimeError(error.code, message, { cause: error });
}
