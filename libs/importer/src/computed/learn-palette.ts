import { PictureError } from '@janus-mesh/image';
import { codecDecoder, codecEncoder, type NetworkConfig } from '@janus-mesh/networks';
import { loadNetwork, type MappedWeights, type Runtime, runCall } from '@janus-mesh/runtime';
import { f32View } from '@janus-mesh/tensor';
import { fitColours } from './colour-fit.ts';
import { PaletteColours } from './palette-colours.ts';
import { paletteGrids } from './palette-lesson.ts';
import { samplePixels } from './sample-pictures.ts';

const SEED = 1;

/** What learning a palette needs. */
export interface PaletteLesson {
  readonly runtime: Runtime;
  readonly weights: MappedWeights;
  readonly config: NetworkConfig;
  /** Picture files to look at. */
  readonly samples: readonly string[];
  /** Told which sample is left out, and why. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Called after each picture. */
  readonly onPicture: () => void;
  readonly signal: AbortSignal | undefined;
}

/** Pictures that `learnPalette` decodes and encodes. */
export function palettePictures({ codec }: NetworkConfig, samples: readonly string[]): number {
  return paletteGrids(codec, SEED).length + samples.length;
}

/**
 * Learns a typical colour of each code, so that previews cost nothing: for codes that occur in the samples the colour they stand for
 * there, for the others their colour in pictures decoded from random codes, where neighbours tint them. Codes of a large codebook that
 * are in neither get one that is guessed from those. A
 * sample that is no picture is left out with a warning.
 *
 * @returns u8 [codebook, 3]
 */
export async function learnPalette(lesson: PaletteLesson): Promise<Uint8Array> {
  const decoded = await decodeRandom(lesson);
  const sources = lesson.samples.length === 0 ? [decoded] : [await encodeSamples(lesson), decoded];
  const rgb = sources.map((source) => source.toRgb());
  const guess = guesser(lesson, decoded, rgb.at(-1) as Uint8Array);
  return Uint8Array.from({ length: lesson.config.codec.codebookSize * 3 }, (_, at) => {
    const code = Math.floor(at / 3);
    const source = sources.findIndex((colours) => colours.has(code));
    return source < 0 ? guess(code, at % 3) : (rgb[source]?.[at] as number);
  });
}

function guesser({ weights, config: { codec } }: PaletteLesson, decoded: PaletteColours, rgb: Uint8Array): ReturnType<typeof fitColours> {
  const codes = Array.from({ length: codec.codebookSize }, (_, code) => code).filter((code) => decoded.has(code));
  const known = new Map(codes.map((code) => [code, [...rgb.subarray(code * 3, code * 3 + 3)]]));
  return fitColours(f32View(weights.bytes('codec.codebook')), codec, known);
}

async function decodeRandom({ runtime, weights, config, onPicture, signal }: PaletteLesson): Promise<PaletteColours> {
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
    return colours;
  } finally {
    session.release();
  }
}

async function encodeSamples(lesson: PaletteLesson): Promise<PaletteColours> {
  const { runtime, weights, config, samples, onPicture, signal } = lesson;
  const { grid, imageSize, codeWidth } = config.codec;
  const session = await loadNetwork(runtime, codecEncoder(config), weights);
  try {
    const call = session.newCall(['pixels'], ['z', 'ids']);
    const pixels = new Float32Array(3 * imageSize * imageSize);
    const ids = new BigInt64Array(grid * grid);
    call.setInput('pixels', runtime.tensor('f32', [1, 3, imageSize, imageSize], pixels));
    call.setOutput('z', runtime.tensor('f32', [1, codeWidth, grid, grid]));
    call.setOutput('ids', runtime.tensor('i64', [grid * grid], ids));
    const colours = new PaletteColours(config.codec);
    for (const sample of samples) {
      if (await readSample(sample, pixels, lesson)) {
        await runCall(call, signal);
        colours.add(Uint32Array.from(ids, Number), pixels);
      }
      onPicture();
    }
    return colours;
  } finally {
    session.release();
  }
}

/** Reads a sample into `pixels`. @returns whether it is a picture */
async function readSample(file: string, pixels: Float32Array, { config, onWarning, signal }: PaletteLesson): Promise<boolean> {
  try {
    pixels.set(await samplePixels(file, config.codec.imageSize, signal));
    return true;
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    onWarning?.(`${file} is left out of the colours of previews: ${error.message}`);
    return false;
  }
}
