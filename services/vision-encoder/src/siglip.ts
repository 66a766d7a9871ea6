import type { VisionConfig } from '@janus-mesh/models';
import type { NetworkConfig } from '@janus-mesh/networks';
import { siglipEncoder } from '@janus-mesh/networks';
import { type Call, loadNetwork, type MappedWeights, type Runtime, runCall, type Session } from '@janus-mesh/runtime';

/** Holds the session of the encoder and runs it, one batch at a time. */
export class Siglip {
  readonly #runtime: Runtime;
  readonly #session: Session;
  readonly #call: Call;
  readonly #vision: VisionConfig;

  /** Builds the network and makes its session: seconds for a published size. */
  static async load(runtime: Runtime, weights: MappedWeights, config: NetworkConfig): Promise<Siglip> {
    const session = await loadNetwork(runtime, siglipEncoder(config), weights);
    return new Siglip(runtime, session, config.vision);
  }

  private constructor(runtime: Runtime, session: Session, vision: VisionConfig) {
    this.#runtime = runtime;
    this.#session = session;
    this.#vision = vision;
    // What a full batch takes should not stay taken between requests.
    this.#call = session.newCall(['pixels'], ['features'], { freesScratch: true });
  }

  /**
   * Encodes a batch of pictures in one run. Must not be called again before it has settled.
   *
   * @param pictures each f32 [3, image size, image size], normalised
   * @returns for each its features, f32 [rows, hidden size], a buffer of their own
   * @throws the signal's reason, once the run has stopped
   */
  async encode(pictures: readonly Float32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { imageSize, rows, hiddenSize } = this.#vision;
    const batch = pictures.length;
    const pixels = this.#runtime.tensor('f32', [batch, 3, imageSize, imageSize], joined(pictures));
    const features = this.#runtime.tensor('f32', [batch, rows, hiddenSize]);
    try {
      this.#call.setInput('pixels', pixels);
      this.#call.setOutput('features', features);
      await runCall(this.#call, signal);
      const all = features.data; // [batch, rows, hidden size]
      // Copies: a view would keep the whole batch alive as long as one of its pictures is cached or read slowly.
      return batch === 1 ? [all] : pictures.map((_, i) => all.slice(i * rows * hiddenSize, (i + 1) * rows * hiddenSize));
    } finally {
      pixels.release();
      features.release();
    }
  }

  /** Runs the network once on a grey picture, so that the first request finds everything in place. */
  async warmUp(signal?: AbortSignal): Promise<void> {
    const { imageSize } = this.#vision;
    await this.encode([new Float32Array(3 * imageSize * imageSize)], signal);
  }

  /** Gives the session back. */
  release(): void {
    this.#session.release();
  }
}

function joined(pictures: readonly Float32Array[]): Float32Array {
  const [first] = pictures;
  if (first && pictures.length === 1) return first;
  const all = new Float32Array(pictures.reduce((sum, picture) => sum + picture.length, 0));
  let at = 0;
  for (const picture of pictures) {
    all.set(picture, at);
    at += picture.length;
  }
  return all;
}
