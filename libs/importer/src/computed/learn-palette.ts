import { codecDecoder, type NetworkConfig } from '@janus-mesh/networks';
import { loadNetwork, type MappedWeights, type Runtime, runCall } from '@janus-mesh/runtime';
import { PaletteColours } from './palette-colours.ts';
import { paletteGrids } from './palette-lesson.ts';

const SEED = 1;

/** What learning a palette needs. */
export interface PaletteLesson {
  readonly runtime: Runtime;
  readonly weights: MappedWeights;
  readonly config: NetworkConfig;
  /** Called after each picture. */
  readonly onPicture: () => void;
  readonly signal: AbortSignal | undefined;
}

/** Pictures that `learnPalette` decodes. */
export function palettePictures({ codec }: NetworkConfig): number {
  return paletteGrids(codec, SEED).length;
}

/**
 * Learns a typical colour of each code from pictures decoded from random codes, so that previews cost nothing.
 *
 * @returns u8 [codebook, 3]
 */
export async function learnPalette({ runtime, weights, config, onPicture, signal }: PaletteLesson): Promise<Uint8Array> {
  const { grid, imageSize } = config.codec;
  const session = await loadNetwork(runtime, codecDecoder(config), weights);
  try {
    const call = session.newCall(['ids'], ['image']);
    const ids = new BigInt64Array(grid * grid);
    const image = new Float32Array(3 * imageSize * imageSize);
    call.setInput('ids', runtime.tensor('i64', [1, grid * grid], ids));
    call.setOutput('image', runtime.tensor('f32', [1, 3, imageSize, imageSize], image));
    const colours = new PaletteColours(config.codec);
    for (const codes of paletteGrids(config.codec, SEED)) {
      for (const [cell, code] of codes.entries()) ids[cell] = BigInt(code);
      await runCall(call, signal);
      colours.add(codes, image);
      onPicture();
    }
    return colours.toRgb();
  } finally {
    session.release();
  }
}
