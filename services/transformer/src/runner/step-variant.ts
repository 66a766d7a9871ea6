import type { Quantization } from '@janus-mesh/models';
import { type NetworkConfig, packedStep, stepPorts } from '@janus-mesh/networks';
import type { Call, Runtime, Session, Value } from '@janus-mesh/runtime';
import { type CacheShape, KvSlab, type LayerCache } from './kv-slab.ts';
import type { NetworkLoader } from './network-loader.ts';
import type { RopeValues } from './rope-values.ts';

/** What a slot does in a step. */
export interface SlotWork {
  readonly slab: KvSlab;
  /** Positions filled before the step. */
  readonly past: number;
  /** New tokens. */
  readonly count: number;
}

/** The tensors of a step that are not a slot's own. */
export interface StepValues {
  /** f32 [1, T, hidden]: slot after slot, then a row of no sequence where rows must be even and those are odd. */
  readonly tokens: Value;
  /** i64 [R] */
  readonly rows: Value;
  /** f32 [1, R, hidden]: written. */
  readonly hidden: Value;
}

/** One slot's scalars, bound for good and rewritten each step, and where its caches are bound. */
interface Slot {
  readonly on: Value<'bool'>;
  readonly last: Value<'i32'>;
  readonly total: Value<'i32'>;
  /** Indices of k and v, input and output, of each layer in the call. */
  readonly ports: readonly { readonly k: CachePorts; readonly v: CachePorts }[];
  slab: KvSlab;
}

interface CachePorts {
  readonly input: number;
  readonly output: number;
}

interface LoadParts {
  readonly runtime: Runtime;
  readonly loader: NetworkLoader;
  readonly rope: RopeValues;
  readonly evenRows: boolean;
}

interface VariantParts {
  readonly size: VariantSize;
  readonly shape: CacheShape;
  readonly rope: RopeValues;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Width of what stands for the padding's attention; undefined where rows need not be even. */
  readonly padding: number | undefined;
}

/** How many sequences a variant is for. */
export interface VariantSize {
  readonly slots: number;
  /** Whether it runs fewer sequences than slots, too. */
  readonly idleSlots: boolean;
}

/** One compiled form of the packed step, for up to `slots` sequences. Bound once; a step rewrites only what changed. */
export class StepVariant {
  readonly slots: number;
  readonly #idleSlots: boolean;
  readonly #session: Session;
  readonly #call: Call;
  readonly #splits: Value<'i64'>;
  /** What stands for the padding's attention where it has no rows, and where it has one; none where rows need not be even. */
  readonly #paddings: readonly Value[];
  readonly #states: readonly Slot[];
  /** Bound to slots that do nothing, so that they hold on to no sequence's memory. */
  readonly #idle: KvSlab;

  /** Builds the graph and makes its session. */
  static async load(
    size: VariantSize,
    config: NetworkConfig & { readonly quantization: Quantization },
    { runtime, loader, rope, evenRows }: LoadParts
  ): Promise<StepVariant> {
    const network = packedStep(config, { ...size, evenRows });
    const shape = { text: config.text, kv: config.quantization.kv };
    // Over an int8 cache the plain kernels are the faster ones, and their bits do not hang on the number of threads.
    const session = await loader.load('step', network, { flashAttention: shape.kv === 'f32' });
    const names = (ports: readonly { readonly name: string }[]) => ports.map(({ name }) => name);
    const padding = network.inputs.find(({ name }) => name === stepPorts.padding)?.dims.at(-1);
    const [inputs, outputs] = [names(network.inputs), names(network.outputs)];
    return new StepVariant(runtime, session, { size, shape, rope, inputs, outputs, padding: padding as number | undefined });
  }

  private constructor(runtime: Runtime, session: Session, { size, shape, rope, inputs, outputs, padding }: VariantParts) {
    const { slots } = size;
    this.slots = slots;
    this.#idleSlots = size.idleSlots;
    this.#session = session;
    this.#call = session.newCall(inputs, outputs);
    this.#idle = new KvSlab(runtime, shape, 1);
    this.#paddings = padding === undefined ? [] : [0, 1].map((rows) => runtime.tensor('f32', [1, rows, padding]));
    const parts = slots + (padding === undefined ? 0 : 1);
    this.#splits = runtime.tensor('i64', [parts]);
    if (parts > 1) this.#call.setInput(stepPorts.splits, this.#splits);
    for (const table of ['cos', 'sin'] as const) this.#call.setInput(stepPorts.rope(table), rope[table]);
    const inputAt = new Map(inputs.map((name, i) => [name, i]));
    const outputAt = new Map(outputs.map((name, i) => [name, i]));
    const cachePorts = (part: 'k' | 'v', layer: number, slot: number): CachePorts => ({
      input: inputAt.get(stepPorts.cache(part, layer, slot)) as number,
      output: outputAt.get(stepPorts.cacheOut(part, layer, slot)) as number
    });
    this.#states = Array.from({ length: slots }, (_, slot) => ({
      on: runtime.tensor('bool', [1]),
      last: runtime.tensor('i32', [1]),
      total: runtime.tensor('i32', [1]),
      ports: Array.from({ length: shape.text.layers }, (_, layer) => ({
        k: cachePorts('k', layer, slot),
        v: cachePorts('v', layer, slot)
      })),
      slab: this.#idle
    }));
    this.#states.forEach((state, slot) => void this.#bindScalars(state, slot));
  }

  /** Gives each sequence a slot: the one it had before where it still has it, so that nothing is bound anew. */
  place(slabs: readonly KvSlab[]): number[] {
    const places = slabs.map((slab) => this.#states.findIndex((state) => state.slab === slab));
    const taken = new Set(places);
    let next = 0;
    return places.map((place) => {
      if (place >= 0) return place;
      while (taken.has(next)) next++;
      return next++;
    });
  }

  /** Runs a step. @param work what each slot does, by slot; undefined: nothing */
  async run({ tokens, rows, hidden }: StepValues, work: readonly (SlotWork | undefined)[]): Promise<void> {
    this.#call.setInput(stepPorts.tokens, tokens);
    this.#call.setInput(stepPorts.rows, rows);
    this.#call.setOutput(stepPorts.hidden, hidden);
    let brought = 0;
    for (const [slot, state] of this.#states.entries()) {
      this.#set(slot, state, work[slot]);
      brought += work[slot]?.count ?? 0;
    }
    if (this.#paddings.length > 0) this.#pad((tokens.dims[1] as number) - brought);
    await this.#call.run();
  }

  /** Makes the step under way fail soon. */
  cancel(): void {
    this.#call.cancel();
  }

  /**
   * Runs a few tokens of no sequence, so that the first real step finds everything in place.
   *
   * @param values makes the tensors of a step of so many tokens
   */
  async warmUp(values: (tokens: number) => StepValues): Promise<void> {
    const busy = this.#idleSlots ? 1 : this.slots;
    await this.run(
      values(busy),
      Array.from({ length: busy }, () => ({ slab: this.#idle, past: 0, count: 1 }))
    );
  }

  /** Lets go of a cache that is given back. */
  forget(slab: KvSlab): void {
    for (const state of this.#states) if (state.slab === slab) this.#bindCache(state, this.#idle);
  }

  /** Gives the session and all that is bound back. */
  release(): void {
    this.#session.release();
    this.#idle.release();
    for (const value of [this.#splits, ...this.#paddings]) value.release();
    for (const { on, last, total } of this.#states) for (const value of [on, last, total]) value.release();
  }

  #set(slot: number, state: Slot, work: SlotWork | undefined): void {
    const count = work?.count ?? 0;
    const filled = (work?.past ?? 0) + count;
    this.#splits.data[slot] = BigInt(count);
    state.on.data[0] = work ? 1 : 0;
    state.last.data[0] = filled - 1;
    state.total.data[0] = filled;
    this.#bindCache(state, work?.slab ?? this.#idle);
  }

  #pad(rows: number): void {
    this.#splits.data[this.slots] = BigInt(rows);
    this.#call.setInput(stepPorts.padding, this.#paddings[rows] as Value);
  }

  #bindCache(state: Slot, slab: KvSlab): void {
    if (state.slab === slab) return;
    this.#bindLayers(state, slab);
    state.slab = slab; // not before: while a step runs nothing can be bound
  }

  #bindLayers({ ports }: Slot, slab: KvSlab): void {
    for (const [layer, { k, v }] of ports.entries()) {
      const cache = slab.layers[layer] as LayerCache;
      this.#call.setInput(k.input, cache.k);
      this.#call.setOutput(k.output, cache.k);
      this.#call.setInput(v.input, cache.v);
      this.#call.setOutput(v.output, cache.v);
    }
  }

  #bindScalars(state: Slot, slot: number): void {
    if (this.#idleSlots) this.#call.setInput(stepPorts.on(slot), state.on);
    this.#call.setInput(stepPorts.last(slot), state.last);
    this.#call.setInput(stepPorts.total(slot), state.total);
    this.#bindLayers(state, state.slab);
  }
}
