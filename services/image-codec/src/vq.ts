import type { CodecConfig } from '@janus-mesh/models';
import { codecDecoder, codecEncoder, type NetworkConfig } from '@janus-mesh/networks';
import { type Call, loadNetwork, type MappedWeights, type Runtime, runCall, type Session } from '@janus-mesh/runtime';

/** A picture as the encoder sees it. */
export interface Encoded {
  /** i64 [grid * grid], row after row. */
  readonly ids: BigInt64Array;
  /** f32 [code width, grid, grid], before normalisation. */
  readonly latents: Float32Array;
}

interface Loaded {
  readonly session: Session;
  readonly call: Call;
}

interface Sessions {
  readonly decoder: Session;
  readonly encoder: Session;
}

/** Holds the sessions of the picture tokenizer's decoder and encoder and runs them, one picture at a time. */
export class Vq {
  /** u8 [codebook, 3]: red, green and blue that each code typically decodes to. */
  readonly palette: Uint8Array;
  readonly #runtime: Runtime;
  readonly #codec: CodecConfig;
  readonly #decoder: Loaded;
  readonly #encoder: Loaded;

  /** Builds both networks and makes their sessions. */
  static async load(runtime: Runtime, weights: MappedWeights, config: NetworkConfig): Promise<Vq> {
    const decoder = await loadNetwork(runtime, codecDecoder(config), weights);
    const encoder = await loadNetwork(runtime, codecEncoder(config), weights);
    return new Vq(runtime, config.codec, { decoder, encoder }, weights.bytes('codec.palette').slice());
  }

  private constructor(runtime: Runtime, codec: CodecConfig, { decoder, encoder }: Sessions, palette: Uint8Array) {
    this.palette = palette;
    this.#runtime = runtime;
    this.#codec = codec;
    // Both take hundreds of megabytes for maps of the picture's size. Getting them anew, page by page, is a tenth of a decode: the decoder,
    // which every generated picture needs, keeps them; the encoder does not.
    this.#decoder = { session: decoder, call: decoder.newCall(['ids'], ['image']) };
    this.#encoder = { session: encoder, call: encoder.newCall(['pixels'], ['z', 'ids'], { freesScratch: true }) };
  }

  /**
   * Decodes one picture. Must not be called again before it has settled.
   *
   * @param codes i64 [grid * grid], each below the codebook's size
   * @returns f32 [3, image size, image size] in [-1, 1], not clipped
   * @throws the signal's reason, once the run has stopped
   */
  async decode(codes: BigInt64Array, signal?: AbortSignal): Promise<Float32Array> {
    const { imageSize } = this.#codec;
    const ids = this.#runtime.tensor('i64', [1, codes.length], codes);
    const image = this.#runtime.tensor('f32', [1, 3, imageSize, imageSize]);
    const { call } = this.#decoder;
    try {
      call.setInput('ids', ids);
      call.setOutput('image', image);
      await runCall(call, signal);
      return image.data;
    } finally {
      ids.release();
      image.release();
    }
  }

  /**
   * Tokenizes one picture. Must not be called again before it has settled.
   *
   * @param picture f32 [3, image size, image size] in [-1, 1]
   * @throws the signal's reason, once the run has stopped
   */
  async encode(picture: Float32Array, signal?: AbortSignal): Promise<Encoded> {
    const { imageSize, codeWidth, grid } = this.#codec;
    const pixels = this.#runtime.tensor('f32', [1, 3, imageSize, imageSize], picture);
    const z = this.#runtime.tensor('f32', [1, codeWidth, grid, grid]);
    const ids = this.#runtime.tensor('i64', [grid * grid]);
    const { call } = this.#encoder;
    try {
      call.setInput('pixels', pixels);
      call.setOutput('z', z);
      call.setOutput('ids', ids);
      await runCall(call, signal);
      return { ids: ids.data, latents: z.data };
    } finally {
      for (const value of [pixels, z, ids]) value.release();
    }
  }

  /** Runs both networks once, so that the first request finds everything in place. */
  async warmUp(signal?: AbortSignal): Promise<void> {
    const { grid, imageSize } = this.#codec;
    await this.decode(new BigInt64Array(grid * grid), signal);
    await this.encode(new Float32Array(3 * imageSize * imageSize), signal);
  }

  /** Gives the sessions back. */
  release(): void {
    this.#decoder.session.release();
    this.#encoder.session.release();
  }
}
