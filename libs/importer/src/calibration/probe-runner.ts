import type { Network } from '@janus-mesh/networks';
import { type Call, type Runtime, runCall, type Session } from '@janus-mesh/runtime';
import { elementCount } from '@janus-mesh/tensor';

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

  private constructor(runtime: Runtime, session: Session, signal: AbortSignal | undefined) {
    this.#runtime = runtime;
    this.#session = session;
    this.#signal = signal;
  }

  static async load(runtime: Runtime, { model }: Network, signal?: AbortSignal): Promise<ProbeRunner> {
    return new ProbeRunner(runtime, await runtime.createSession({ model }), signal);
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
    const results = names.map((name) => [name, new Float32Array(elementCount(outputs[name]))] as const);
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
