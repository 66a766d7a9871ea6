import { Bindings } from './bindings.ts';
import type { Native } from './native.ts';
import { NativeObject } from './native-object.ts';
import { RuntimeError } from './runtime-error.ts';
import type { Session } from './session.ts';
import { check, create } from './status.ts';
import type { Value } from './value.ts';

/** How the runs of a call use memory. */
export interface CallOptions {
  /**
   * Gives the memory of what is made on the way back after each run, instead of keeping it for the next: for networks that take much and
   * do not run all the time. @default false
   */
  readonly freesScratch?: boolean;
}

/**
 * A prepared run: values are bound once and stay bound, a step rewrites only the pointers that changed. A value bound as input and as
 * output is updated in place, where the operator can. One run at a time.
 */
export class Call extends NativeObject {
  readonly #native: Native;
  readonly #session: Session;
  readonly #options: bigint;
  readonly #inputs: Bindings;
  readonly #outputs: Bindings;
  #running = false;
  #cancelled = false;

  /** Made by `Session.newCall`. */
  constructor(native: Native, session: Session, ports: Readonly<Record<'inputs' | 'outputs', readonly string[]>>, options: CallOptions) {
    super();
    session.hold();
    this.#native = native;
    this.#session = session;
    this.#options = create(native.api, native.api.createRunOptions);
    if (options.freesScratch)
      check(native.api, native.api.addRunConfigEntry(this.#options, 'memory.enable_memory_arena_shrinkage', 'cpu:0'));
    this.#inputs = new Bindings('input', ports.inputs);
    this.#outputs = new Bindings('output', ports.outputs);
  }

  /** Binds an input. @param which its name, or its index in the list the call was made with */
  setInput(which: number | string, value: Value): void {
    this.#assertIdle();
    this.#inputs.set(which, value);
  }

  /** Binds the value an output is written to; its dims must be those of the output. @param which as for `setInput` */
  setOutput(which: number | string, value: Value): void {
    this.#assertIdle();
    this.#outputs.set(which, value);
  }

  /**
   * Runs the graph on other threads. Until it is done the bound values must not be touched; the call keeps them alive.
   *
   * @throws {RuntimeError} BUSY while a run is under way; ARGUMENT if a value is not bound; CANCELLED after `cancel`; else ONNX
   *   Runtime's code and words. What the outputs hold after a failed run is undefined.
   */
  async run(): Promise<void> {
    this.#assertIdle();
    this.#inputs.assertComplete();
    this.#outputs.assertComplete();
    const { api } = this.#native;
    if (this.#cancelled) {
      check(api, api.runOptionsUnsetTerminate(this.#options));
      this.#cancelled = false;
    }
    this.#running = true;
    this.hold();
    try {
      check(api, await this.#runNative());
    } catch (error) {
      if (this.#cancelled) throw new RuntimeError('CANCELLED', `the run was cancelled: ${(error as Error).message}`, { cause: error });
      throw error;
    } finally {
      this.#running = false;
      this.drop();
    }
  }

  /** Makes the run under way fail soon (milliseconds); without one it does nothing. The next run is not affected. */
  cancel(): void {
    if (!this.#running || this.#cancelled) return;
    this.#cancelled = true;
    check(this.#native.api, this.#native.api.runOptionsSetTerminate(this.#options));
  }

  #runNative(): Promise<unknown> {
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    return new Promise((resolve, reject) => {
      this.#native.api.run.async(
        this.#session.pointer,
        this.#options,
        inputs.names.pointers,
        inputs.pointers,
        inputs.pointers.length,
        outputs.names.pointers,
        outputs.pointers.length,
        outputs.pointers,
        (error, status) => (error ? reject(error) : resolve(status))
      );
    });
  }

  #assertIdle(): void {
    this.assertUsable();
    if (this.#running) throw new RuntimeError('BUSY', 'this call is running: wait for its run to end, or make another call');
  }

  protected override free(): void {
    this.#native.api.releaseRunOptions(this.#options);
    this.#inputs.clear();
    this.#outputs.clear();
    this.#session.forget(this);
    this.#session.drop();
  }

  protected override describe(): string {
    return 'call';
  }
}
