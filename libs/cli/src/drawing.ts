import type { MeshClient } from '@janus-mesh/client';
import { type GeneratedPicture, type GenerateImageRequest, type ImageFinished, PreviewMode } from '@janus-mesh/contracts';
import { decodePicture } from '@janus-mesh/image';
import { enlarge, halfBlocks, type Raster, shrink } from './terminal/half-blocks.ts';
import { LiveArea } from './terminal/live-area.ts';
import { style } from './terminal/style.ts';

/** What came of a drawing. */
export interface Drawing {
  readonly pictures: readonly GeneratedPicture[];
  readonly finished: ImageFinished | undefined;
}

/** Columns a picture takes in the terminal at most. */
const MOST_COLUMNS = 48;

/**
 * Draws, showing the picture as it grows (the first sample's) and as it became, where stdout is a terminal.
 *
 * @param onEvent gets every event of the stream
 */
export async function draw(
  mesh: MeshClient,
  request: Partial<GenerateImageRequest> & { prompt: string },
  options: { show: boolean; onEvent?: (event: unknown) => void }
): Promise<Drawing> {
  const pictures: GeneratedPicture[] = [];
  let finished: ImageFinished | undefined;
  const area = new LiveArea(process.stdout);
  const columns = options.show ? pictureColumns(process.stdout) : 0;
  const shown = columns > 0;
  let share = 0;
  for await (const event of mesh.generateImage({ ...request, ...(shown ? { preview: PreviewMode.PREVIEW_MODE_EVERY_ROW } : {}) })) {
    options.onEvent?.(event);
    if (event.$case === 'preview' && event.value.sampleIndex === 0 && shown) area.draw(growing(event.value, share, columns));
    if (event.$case === 'progress' && event.value.sampleIndex === 0) share = event.value.codesDone / event.value.codesTotal;
    if (event.$case === 'picture') {
      pictures.push(event.value);
      if (shown && event.value.sampleIndex === 0 && event.value.data.length > 0) area.draw(await pictureLines(event.value.data, columns));
    }
    if (event.$case === 'finished') finished = event.value;
  }
  area.end();
  return { pictures: pictures.sort((a, b) => a.sampleIndex - b.sampleIndex), finished };
}

function growing(preview: Raster, share: number, columns: number): string[] {
  const times = Math.max(1, Math.floor(columns / preview.width));
  return [...halfBlocks(enlarge(preview, times)), style(process.stdout, 'gray', `${Math.round(share * 100)} %`)];
}

/** A picture file as lines for the terminal. */
export async function pictureLines(data: Uint8Array, columns: number): Promise<string[]> {
  return halfBlocks(shrink(await decodePicture(data), columns));
}

/**
 * Columns a square picture may take: with the line below it, it must not be higher than the terminal, or it could not be drawn
 * again in place. 0 where pictures are not shown: no terminal, or none with 24-bit colours.
 */
export function pictureColumns(stream: NodeJS.WriteStream): number {
  if (!stream.isTTY || !stream.hasColors(2 ** 24)) return 0;
  return Math.max(0, Math.min(MOST_COLUMNS, stream.columns - 1, 2 * (stream.rows - 3)));
}
