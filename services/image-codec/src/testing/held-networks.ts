import type { CodecConfig } from '@janus-mesh/models';
import type { CodecNetworks } from '../image-codec.ts';

/** A codec as small as can be. */
export const heldCodec: CodecConfig = {
  baseChannels: 32,
  channelMultiplier: [1, 1, 1],
  resBlocks: 1,
  latentChannels: 8,
  codeWidth: 8,
  codebookSize: 8,
  grid: 4,
  imageSize: 16
};

/** Networks whose runs last until a test ends them, or their signal does. The decoder gives a grey picture, the encoder zeros. */
export class HeldNetworks implements CodecNetworks {
  readonly palette = Uint8Array.from({ length: heldCodec.codebookSize * 3 }, (_, i) => i);
  /** Runs that began so far. */
  started = 0;
  /** Most runs at a time so far. */
  most = 0;
  readonly #running = new Set<() => void>();

  /** Runs that began and have not ended. */
  get running(): number {
    return this.#running.size;
  }

  /** Ends the runs that go on. */
  endRun(): void {
    for (const end of this.#running) end();
  }

  async decode(_codes: BigInt64Array, signal?: AbortSignal): Promise<Float32Array> {
    await this.#run(signal);
    return new Float32Array(3 * heldCodec.imageSize ** 2);
  }

  async encode(_picture: Float32Array, signal?: AbortSignal) {
    await this.#run(signal);
    return { ids: new BigInt64Array(heldCodec.grid ** 2), latents: new Float32Array(0) };
  }

  async #run(signal: AbortSignal | undefined): Promise<void> {
    this.started++;
    let end = () => {};
    const ended = new Promise<void>((resolve, reject) => {
      end = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    this.#running.add(end);
    this.most = Math.max(this.most, this.#running.size);
    await ended.finally(() => this.#running.delete(end));
  }
}
