import { aligner, type NetworkConfig } from '@janus-mesh/networks';
import type { Call, Runtime, Session } from '@janus-mesh/runtime';
import { AlignedRows } from './aligned-rows.ts';
import type { NetworkLoader } from './network-loader.ts';

/** The aligner. Pictures come while steps run; they are aligned one after another. */
export class AlignerSession {
  readonly #runtime: Runtime;
  readonly #config: NetworkConfig;
  readonly #session: Session;
  readonly #call: Call;
  #previous: Promise<unknown> = Promise.resolve();

  /** Makes the session. */
  static async load(runtime: Runtime, config: NetworkConfig, loader: NetworkLoader): Promise<AlignerSession> {
    return new AlignerSession(runtime, config, await loader.load('aligner', aligner(config)));
  }

  private constructor(runtime: Runtime, config: NetworkConfig, session: Session) {
    this.#runtime = runtime;
    this.#config = config;
    this.#session = session;
    this.#call = session.newCall(['features'], ['aligned'], { freesScratch: true });
  }

  /**
   * Aligns a picture's features.
   *
   * @param features f32 [rows, vision hidden size]; must not change before the result is there
   * @throws {RangeError} if they are not so many rows
   */
  align(features: Float32Array, rows: number): Promise<AlignedRows> {
    const width = this.#config.vision.hiddenSize;
    if (rows < 1 || features.length !== rows * width)
      return Promise.reject(new RangeError(`${features.length} feature values for ${rows} rows of ${width}`));
    const result = this.#previous.then(() => this.#run(features, rows));
    this.#previous = result.catch(() => {});
    return result;
  }

  /** Aligns one picture of zeros, so that the first real one finds everything in place. */
  async warmUp(): Promise<void> {
    const { rows, hiddenSize } = this.#config.vision;
    await this.align(new Float32Array(rows * hiddenSize), rows);
  }

  /** Gives the session back. */
  release(): void {
    this.#session.release();
  }

  async #run(features: Float32Array, rows: number): Promise<AlignedRows> {
    const { vision, text } = this.#config;
    const input = this.#runtime.tensor('f32', [1, rows, vision.hiddenSize], features);
    const output = this.#runtime.tensor('f32', [1, rows, text.hiddenSize]);
    try {
      this.#call.setInput(0, input);
      this.#call.setOutput(0, output);
      await this.#call.run();
      return new AlignedRows(output.data, text.hiddenSize);
    } finally {
      input.release();
      output.release();
    }
  }
}
