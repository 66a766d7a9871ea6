import type { DrawingEvent, DrawingInput, MeshClient } from '@janus-mesh/client';
import { type GeneratedPicture, type ImageFinished, PreviewMode } from '@janus-mesh/contracts';
import { GrowingPictures } from './growing-pictures.ts';
import { untilLost } from './mesh/until-lost.ts';
import { pictureColumns } from './terminal/half-blocks.ts';
import { StatusLine } from './terminal/status-line.ts';

/** What is done with a drawing as it comes. */
export interface DrawOptions {
  /** Shows the pictures on stdout as they grow, where that is a terminal. */
  readonly show: boolean;
  /** Stops the drawing. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: DrawingEvent) => void;
  /** Gets each picture as soon as it is finished. */
  readonly onPicture?: (picture: GeneratedPicture) => void;
}

/** Draws pictures, with their growth or at least a progress line on the terminal. @returns the end of the drawing */
export async function draw(mesh: MeshClient, request: DrawingInput, options: DrawOptions): Promise<ImageFinished | undefined> {
  const isShown = options.show && pictureColumns(process.stdout) > 0;
  const samples = request.samples ?? 1;
  const pictures = new GrowingPictures(process.stdout, samples);
  const status = new StatusLine(process.stderr);
  const shares = new Map<number, number>();
  let finished: ImageFinished | undefined;
  const preview = isShown ? (request.preview ?? PreviewMode.PREVIEW_MODE_EVERY_ROW) : request.preview;
  try {
    for await (const event of untilLost(mesh.generateImage({ ...request, preview }, { signal: options.signal }), 'drawing')) {
      options.onEvent?.(event);
      if (event.$case === 'queued') status.show(`waiting for room in the mesh, ${event.value.position} before you`);
      if (event.$case === 'started') status.clear();
      if (event.$case === 'progress') {
        shares.set(event.value.sampleIndex, event.value.codesDone / event.value.codesTotal);
        if (!isShown) status.show(`drawing ${samples === 1 ? '' : `${samples} pictures `}${percent(shares, samples)}`);
      }
      if (event.$case === 'preview' && isShown) pictures.preview(event.value, shares.get(event.value.sampleIndex) ?? 0);
      if (event.$case === 'picture') {
        options.onPicture?.(event.value);
        if (isShown) await pictures.finished(event.value);
      }
      if (event.$case === 'finished') finished = event.value;
    }
  } finally {
    status.clear();
    pictures.end();
  }
  return finished;
}

function percent(shares: ReadonlyMap<number, number>, samples: number): string {
  const sum = [...shares.values()].reduce((total, share) => total + share, 0);
  return `${Math.round((sum / samples) * 100)} %`;
}
