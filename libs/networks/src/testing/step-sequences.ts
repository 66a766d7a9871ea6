import { UNQUANTIZED } from '@janus-mesh/models';
import { isaClass, type Runtime, type Session, type Value } from '@janus-mesh/runtime';
import { cacheDims, cacheDtype } from '../cache-dims.ts';
import type { NetworkConfig } from '../network.ts';
import { packedStep } from '../packed-step.ts';
import { ropeTables } from '../rope-tables.ts';
import { needsEvenRows } from '../row-pairs.ts';
import { stepPorts } from '../step-ports.ts';
import { openNetwork, runOnce } from './network-run.ts';
import type { StoredTensor } from './quantized-bundle.ts';
import type { FloatTensor } from './safetensors.ts';

/** A sequence's cache, k and v of each layer. Full of NaN (of 127 where it is int8) at first: what was not written must not be read. */
export interface TestSequence {
  past: number;
  readonly cache: readonly { readonly k: Value<'f32' | 'i8'>; readonly v: Value<'f32' | 'i8'> }[];
}

/** What a slot does in a step: the sequence and its new tokens' embeddings, or nothing. */
export type SlotWork = { readonly sequence: TestSequence; readonly embeddings: Float32Array } | undefined;

/** A packed step over weights in memory, run in the plainest way: everything is bound anew each time. */
export class StepSequences {
  readonly #runtime: Runtime;
  readonly #config: NetworkConfig['text'];
  readonly #dtype: 'f32' | 'i8';
  readonly #session: Session;
  readonly #slots: number;
  readonly #paddingWidth: number | undefined; // where rows must be even
  readonly #idle: TestSequence;
  readonly #rope: Readonly<Record<'cos' | 'sin', Value>>;

  private constructor(
    runtime: Runtime,
    { text, quantization = UNQUANTIZED }: NetworkConfig,
    { session, slots, paddingWidth }: { session: Session; slots: number; paddingWidth: number | undefined }
  ) {
    this.#runtime = runtime;
    this.#config = text;
    this.#dtype = cacheDtype(quantization.kv);
    this.#session = session;
    this.#slots = slots;
    this.#paddingWidth = paddingWidth;
    const { dims, cos, sin } = ropeTables(text);
    this.#rope = { cos: runtime.tensor('f32', dims, cos), sin: runtime.tensor('f32', dims, sin) };
    this.#idle = this.sequence(1);
  }

  static async open(
    runtime: Runtime,
    config: NetworkConfig,
    data: ReadonlyMap<string, FloatTensor | StoredTensor>,
    slots: number
  ): Promise<StepSequences> {
    const network = packedStep(config, { slots, evenRows: needsEvenRows(config, isaClass()) });
    const paddingWidth = network.inputs.find(({ name }) => name === stepPorts.padding)?.dims.at(-1) as number | undefined;
    return new StepSequences(runtime, config, { session: await openNetwork(runtime, network, data), slots, paddingWidth });
  }

  /** A new sequence. */
  sequence(capacity: number): TestSequence {
    const { layers } = this.#config;
    const part = () => {
      const value = this.#runtime.tensor(this.#dtype, cacheDims(this.#config, capacity));
      value.data.fill(this.#dtype === 'f32' ? Number.NaN : 127);
      return value;
    };
    return { past: 0, cache: Array.from({ length: layers }, () => ({ k: part(), v: part() })) };
  }

  /** Runs a step. Returns the hidden states of each slot's new tokens. */
  async step(work: readonly SlotWork[]): Promise<Float32Array[]> {
    const { hiddenSize } = this.#config;
    const slots = Array.from({ length: this.#slots }, (_, slot) => work[slot]);
    const counts = slots.map((slot) => (slot ? slot.embeddings.length / hiddenSize : 0));
    const brought = counts.reduce((sum, count) => sum + count, 0);
    const padding = this.#paddingWidth === undefined ? 0 : brought % 2;
    const tokens = brought + padding;
    const packed = new Float32Array(tokens * hiddenSize);
    let at = 0;
    for (const slot of slots) {
      if (!slot) continue;
      packed.set(slot.embeddings, at);
      at += slot.embeddings.length;
    }
    const hidden = this.#runtime.tensor('f32', [1, tokens, hiddenSize]);
    const rows = BigInt64Array.from({ length: tokens }, (_, i) => BigInt(i));
    const inputs: Record<string, Value> = {
      [stepPorts.tokens]: this.#runtime.tensor('f32', [1, tokens, hiddenSize], packed),
      [stepPorts.rows]: this.#runtime.tensor('i64', [tokens], rows),
      [stepPorts.rope('cos')]: this.#rope.cos,
      [stepPorts.rope('sin')]: this.#rope.sin
    };
    const outputs: Record<string, Value> = { [stepPorts.hidden]: hidden };
    const parts = this.#paddingWidth === undefined ? counts : [...counts, padding];
    if (parts.length > 1) inputs[stepPorts.splits] = this.#runtime.tensor('i64', [parts.length], BigInt64Array.from(parts, BigInt));
    if (this.#paddingWidth !== undefined) inputs[stepPorts.padding] = this.#runtime.tensor('f32', [1, padding, this.#paddingWidth]);
    slots.forEach((slot, i) => void this.#bind(i, slot?.sequence, counts[i] as number, { inputs, outputs }));
    await runOnce(this.#session, inputs, outputs);
    return this.#finish(slots, counts, hidden.data);
  }

  #bind(slot: number, sequence: TestSequence | undefined, count: number, ports: Record<'inputs' | 'outputs', Record<string, Value>>): void {
    const { inputs, outputs } = ports;
    const past = sequence?.past ?? 0;
    if (this.#slots > 1) inputs[stepPorts.on(slot)] = this.#runtime.tensor('bool', [1], Uint8Array.of(sequence ? 1 : 0));
    inputs[stepPorts.last(slot)] = this.#runtime.tensor('i32', [1], Int32Array.of(past + count - 1));
    inputs[stepPorts.total(slot)] = this.#runtime.tensor('i32', [1], Int32Array.of(past + count));
    for (const [layer, cache] of (sequence ?? this.#idle).cache.entries()) {
      for (const part of ['k', 'v'] as const) {
        inputs[stepPorts.cache(part, layer, slot)] = cache[part];
        outputs[stepPorts.cacheOut(part, layer, slot)] = cache[part];
      }
    }
  }

  #finish(slots: readonly SlotWork[], counts: readonly number[], hidden: Float32Array): Float32Array[] {
    let at = 0;
    return slots.map((slot, i) => {
      const count = counts[i] as number;
      if (slot) slot.sequence.past += count;
      const from = at;
      at += count * this.#config.hiddenSize;
      return hidden.slice(from, at);
    });
  }
}
