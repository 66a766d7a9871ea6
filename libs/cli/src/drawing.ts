import type { MeshClient } from '@janus-mesh/client';
import { type GeneratedPicture, type GenerateImageRequest, type ImageFinished, PreviewMode } from '@janus-mesh/contracts';
import { decodePicture } from '@janus-mesh/image';
import { enlarge, halfBlocks, shrink } from './terminal/half-blocks.ts';
import { LiveArea } from './terminal/live-area.ts';
import { style } from './terminal/style.ts';

/** What came of a drawing. */
export interface Drawing {
  readonly pictures: readonly GeneratedPicture[];
  readonly finished: ImageFinished | undefined;
}

/** Columns a picture takes in the terminal at most. */
const COLUMNS = 48;

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
  const shown = options.show && process.stdout.isTTY;
  const progress = new Map<number, number>();
  for await (const event of mesh.generateImage({ ...request, ...(shown ? { preview: PreviewMode.PREVIEW_MODE_EVERY_ROW } : {}) })) {
    options.onEvent?.(event);
    if (event.$case === 'preview' && event.value.sampleIndex === 0 && shown) area.draw(growing(event.value, progress.get(0) ?? 0));
    if (event.$case === 'progress') progress.set(event.value.sampleIndex, event.value.codesDone / event.value.codesTotal);
    if (event.$case === 'picture') {
      pictures.push(event.value);
      if (shown && event.value.sampleIndex === 0 && event.value.data.length > 0) area.draw(await finishedPicture(event.value));
    }
    if (event.$case === 'finished') finished = event.value;
  }
  area.end();
  return { pictures: pictures.sort((a, b) => a.sampleIndex - b.sampleIndex), finished };
}

function growing(preview: { width: number; height: number; rgb: Uint8Array }, share: number): string[] {
  const times = Math.max(1, Math.floor(COLUMNS / preview.width));
  return [...halfBlocks(enlarge(preview, times)), style(process.stdout, 'gray', `${Math.round(share * 100)} %`)];
}

async function finishedPicture(picture: GeneratedPicture): Promise<string[]> {
  const decoded = await decodePicture(picture.data, { rawOrientation: true });
  return halfBlocks(shrink(decoded, COLUMNS));
}
