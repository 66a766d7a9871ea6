import type { GeneratedPicture, ImagePreview } from '@janus-mesh/contracts';
import { decodePicture } from '@janus-mesh/image';
import { enlarge, halfBlocks, pictureColumns, type Raster, shrink } from './terminal/half-blocks.ts';
import { LiveArea } from './terminal/live-area.ts';
import { type Block, sideBySide } from './terminal/side-by-side.ts';
import { style } from './terminal/style.ts';

/** Columns a picture takes beside others at least. */
const LEAST_COLUMNS = 12;

/** Pictures of a drawing on a terminal, side by side: as they grow, then as they became. */
export class GrowingPictures {
  readonly #stream: NodeJS.WriteStream;
  readonly #area: LiveArea;
  readonly #samples: number;
  readonly #columns: number;
  readonly #blocks: Block[] = [];

  /** @param samples pictures to be drawn; as many are shown as the terminal has room for */
  constructor(stream: NodeJS.WriteStream, samples: number) {
    this.#stream = stream;
    this.#area = new LiveArea(stream);
    const width = stream.columns ?? 80;
    this.#samples = Math.max(1, Math.min(samples, Math.floor((width + 2) / (LEAST_COLUMNS + 2))));
    this.#columns = Math.max(1, Math.min(pictureColumns(stream), Math.floor((width + 2) / this.#samples) - 2));
  }

  /** Shows a picture that grows. @param share of it that is known */
  preview({ sampleIndex, width, height, rgb }: ImagePreview, share: number): void {
    const times = Math.max(1, Math.floor(this.#columns / width));
    this.#show(sampleIndex, enlarge({ width, height, rgb }, times), `${Math.round(share * 100)} %`);
  }

  /** Shows a picture that is finished. */
  async finished({ sampleIndex, data, seed }: GeneratedPicture): Promise<void> {
    if (sampleIndex >= this.#samples || data.length === 0) return;
    this.#show(sampleIndex, shrink(await decodePicture(data, { rawOrientation: true }), this.#columns), `seed ${seed}`);
  }

  /** Leaves the pictures as they are. */
  end(): void {
    this.#area.end();
  }

  #show(sample: number, raster: Raster, caption: string): void {
    if (sample >= this.#samples) return;
    const text = (caption.length > raster.width ? `${caption.slice(0, raster.width - 1)}…` : caption).padEnd(raster.width);
    this.#blocks[sample] = { columns: raster.width, lines: [...halfBlocks(raster), style(this.#stream, 'gray', text)] };
    this.#area.draw(
      sideBySide(Array.from({ length: this.#blocks.length }, (_, at) => this.#blocks[at] ?? { columns: raster.width, lines: [] }))
    );
  }
}
