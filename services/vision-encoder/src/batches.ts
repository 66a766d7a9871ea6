import type { Siglip } from './siglip.ts';

interface Picture extends EncodeOptions {
  /** f32 [3, image size, image size] */
  readonly pixels: Float32Array;
  resolve(features: Float32Array): void;
  reject(reason: unknown): void;
}

/** How a picture goes through. */
export interface EncodeOptions {
  /** Takes the picture out: at once where it waits; a run that others share goes on without it. */
  readonly signal: AbortSignal;
  /** Told when the picture's run begins. */
  readonly onBegin: () => void;
}

/**
 * Runs the encoder on one batch of pictures at a time. A picture that finds it idle runs at once, alone; those that wait when a
 * run ends go together. A picture has the same features, bit for bit, whatever it goes with.
 */
export class Batches {
  readonly #encoder: Pick<Siglip, 'encode'>;
  readonly #maxPictures: number;
  readonly #waiting = new Set<Picture>();
  #isRunning = false;
  #runs = 0n;
  #pictures = 0n;

  /** @param maxPictures that go together, at most */
  constructor(encoder: Pick<Siglip, 'encode'>, maxPictures: number) {
    this.#encoder = encoder;
    this.#maxPictures = maxPictures;
  }

  /** Pictures that wait for a run. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Runs since the start. */
  get runs(): bigint {
    return this.#runs;
  }

  /** Pictures in these runs. */
  get pictures(): bigint {
    return this.#pictures;
  }

  /**
   * Encodes a picture with the next run that has room.
   *
   * @param pixels f32 [3, image size, image size], normalised
   * @returns f32 [rows, hidden size]
   * @throws the signal's reason as soon as it aborts, or why the run failed
   */
  async encode(pixels: Float32Array, options: EncodeOptions): Promise<Float32Array> {
    const { signal } = options;
    signal.throwIfAborted();
    const settled = new AbortController();
    const features = new Promise<Float32Array>((resolve, reject) => {
      const picture = { ...options, pixels, resolve, reject };
      const leave = () => {
        this.#waiting.delete(picture);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { signal: settled.signal });
      this.#waiting.add(picture);
    });
    if (!this.#isRunning) void this.#runAll();
    return await features.finally(() => settled.abort());
  }

  /** Never throws: what goes wrong is told to the pictures of the run. */
  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, this.#maxPictures);
      for (const picture of batch) this.#waiting.delete(picture);
      await this.#run(batch);
    }
    this.#isRunning = false;
  }

  async #run(batch: readonly Picture[]): Promise<void> {
    this.#runs++;
    this.#pictures += BigInt(batch.length);
    for (const { onBegin } of batch) onBegin();
    const over = new AbortController();
    try {
      const signals = batch.map(({ signal }) => signal);
      const features = await this.#encoder.encode(
        batch.map(({ pixels }) => pixels),
        abortedByAll(signals, over.signal)
      );
      for (const [i, { resolve }] of batch.entries()) resolve(features[i] as Float32Array);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      over.abort();
    }
  }
}

/** A signal that aborts once all of these have, as nobody wants the run any more then; they are watched until the run is over. */
function abortedByAll(signals: readonly AbortSignal[], over: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const onAbort = () => {
    if (signals.every(({ aborted }) => aborted)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true, signal: over });
  return controller.signal;
}
