import type { Network } from '@janus-mesh/networks';
import { type Call, type Runtime, runCall, type Session } from '@janus-mesh/runtime';
import { elementCount } from '@janus-mesh/tensor';
import { OutputMemory } from './output-memory.ts';

/** A value of a probe. */
export interface ProbeValue<A = Float32Array | Int32Array> {
  readonly dims: readonly number[];
  readonly data: A;
}

/** Runs one graph whose weights are inputs, on values of any size. */
export class ProbeRunner {
  readonly #runtime: Runtime;
  readonly #session: Session;
  readonly #signal: AbortSignal | undefined;
  readonly #memory: OutputMemory | undefined;

  private constructor(runtime: Runtime, session: Session, { signal, memory }: { signal: AbortSignal | undefined; memory?: OutputMemory }) {
    this.#runtime = runtime;
    this.#session = session;
    this.#signal = signal;
    this.#memory = memory;
  }

  static async load(runtime: Runtime, { model }: Network, signal?: AbortSignal): Promise<ProbeRunner> {
    return new ProbeRunner(runtime, await runtime.createSession({ model }), { signal });
  }

  /** As `load`, but what a run gives is valid only until the next, which may read it: for layers, whose outputs are large. */
  static async loadLayer(runtime: Runtime, { model }: Network, signal?: AbortSignal): Promise<ProbeRunner> {
    return new ProbeRunner(runtime, await runtime.createSession({ model }), { signal, memory: new OutputMemory() });
  }

  /**
   * Runs the graph once.
   *
   * @param outputs dims of the wanted outputs
   * @throws what the signal says
   */
  async run<N extends string>(
    inputs: Readonly<Record<string, ProbeValue>>,
    outputs: Readonly<Record<N, readonly number[]>>
  ): Promise<Record<N, Float32Array>> {
    const names = Object.keys(outputs) as N[];
    const call = this.#session.newCall(Object.keys(inputs), names);
    const memory = this.#memory ?? new OutputMemory();
    const read = Object.values(inputs).map(({ data }) => data);
    const results = names.map((name) => [name, memory.take(name, elementCount(outputs[name]), read)] as const);
    const values = [...this.#bindInputs(call, inputs), ...this.#bindOutputs(call, results, outputs)];
    try {
      await runCall(call, this.#signal);
    } finally {
      call.release();
      for (const value of values) value.release();
    }
    return Object.fromEntries(results) as Record<N, Float32Array>;
  }

  release(): void {
    this.#session.release();
  }

  #bindInputs(call: Call, inputs: Readonly<Record<string, ProbeValue>>) {
    return Object.entries(inputs).map(([name, { dims, data }]) => {
      const value = data instanceof Float32Array ? this.#runtime.tensor('f32', dims, data) : this.#runtime.tensor('i32', dims, data);
      call.setInput(name, value);
      return value;
    });
  }

  #bindOutputs<N extends string>(
    call: Call,
    results: readonly (readonly [N, Float32Array])[],
    outputs: Readonly<Record<N, readonly number[]>>
  ) {
    return results.map(([name, data]) => {
      const value = this.#runtime.tensor('f32', outputs[name], data);
      call.setOutput(name, value);
      return value;
    });
  }
}
