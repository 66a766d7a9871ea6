import { type DecodedPicture, type GeneratedPicture, ImageFormat, type ImagePreview, type Receipt } from '@janus-mesh/contracts';
import { MeshError } from '@janus-mesh/rpc';
import { CodeFeed } from './code-feed.ts';
import { type DecodeJob, decodePicture } from './decode-picture.ts';
import type { DrawingEvent } from './drawing.ts';
import type { EventQueue } from './event-queue.ts';

/** One sample of a drawing. */
export interface SampleJob {
  readonly index: number;
  /** Seed it is drawn with. */
  readonly seed: bigint;
  /** Side of the grid of codes. */
  readonly grid: number;
  readonly decode: DecodeJob;
  readonly events: EventQueue<DrawingEvent>;
}

/**
 * A sample whose codes go to the codec as they come. Finished codes are never lost: where no codec could take them on the way,
 * they are tried once more at the end, and where that fails too, they are handed out as they are.
 */
export class GrowingPicture {
  readonly #job: SampleJob;
  readonly #codes = new CodeFeed();
  #decoding: Promise<DecodedPicture> | undefined;
  #isDecodingBroken = false;
  #rowsSeen = 0;

  constructor(job: SampleJob) {
    this.#job = job;
  }

  /** Takes new codes. */
  push(ids: readonly number[]): void {
    const rowsBefore = this.#rows;
    this.#codes.push(ids);
    this.#decoding ??= this.#startDecoding();
    if (this.#rows > rowsBefore) this.#tellProgress();
  }

  /** To be called after the last code: tells the picture, or its codes. @throws if the request was aborted */
  async complete(receipt: Receipt): Promise<void> {
    this.#codes.end();
    this.#job.events.push({ $case: 'picture', value: await this.#picture(receipt) });
  }

  get #rows(): number {
    return Math.floor(this.#codes.codes.length / this.#job.grid);
  }

  async #picture(receipt: Receipt): Promise<GeneratedPicture> {
    const { index, seed, decode } = this.#job;
    const sample = { sampleIndex: index, seed, codeIds: [...this.#codes.codes], receipt };
    try {
      const { data, format, width, height } = await this.#decoded();
      return { ...sample, data, format, width, height, decodeError: undefined };
    } catch (error) {
      if (decode.call.signal?.aborted || !(error instanceof MeshError)) throw error;
      const nothing = { data: new Uint8Array(), format: ImageFormat.IMAGE_FORMAT_UNSPECIFIED, width: 0, height: 0 };
      return { ...sample, ...nothing, decodeError: error.message };
    }
  }

  #decoded(): Promise<DecodedPicture> {
    if (this.#decoding !== undefined && !this.#isDecodingBroken) return this.#decoding;
    return decodePicture(this.#codes, { ...this.#job.decode, previewRows: 0 }, () => {});
  }

  #startDecoding(): Promise<DecodedPicture> {
    const decoding = decodePicture(this.#codes, this.#job.decode, (preview) => this.#tellPreview(preview));
    decoding.catch(() => {
      this.#isDecodingBroken = true;
    });
    return decoding;
  }

  #tellProgress(): void {
    const { index: sampleIndex, grid, events } = this.#job;
    const value = { sampleIndex, codesDone: this.#codes.codes.length, codesTotal: grid * grid };
    events.push({ $case: 'progress', value }, `progress ${sampleIndex}`);
  }

  #tellPreview(preview: ImagePreview): void {
    // Another codec that took over begins from the first row.
    if (preview.rowsDone <= this.#rowsSeen) return;
    this.#rowsSeen = preview.rowsDone;
    const { index: sampleIndex, events } = this.#job;
    events.push({ $case: 'preview', value: { ...preview, sampleIndex } }, `preview ${sampleIndex}`);
  }
}
