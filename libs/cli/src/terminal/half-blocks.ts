/** Columns a picture takes in the terminal at most. */
const MOST_COLUMNS = 48;

/**
 * Columns a square picture may take: with a line below it, it must not be higher than the terminal, or it could not be drawn
 * again in place. 0 where pictures are not shown: no terminal, or none with 24-bit colours.
 */
export function pictureColumns(stream: NodeJS.WriteStream): number {
  if (!stream.isTTY || !stream.hasColors(2 ** 24)) return 0;
  return Math.max(0, Math.min(MOST_COLUMNS, stream.columns - 1, 2 * (stream.rows - 3)));
}

/** A picture of raw pixels. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 3 bytes a pixel, row after row: width * height * 3. */
  readonly rgb: Uint8Array;
}

/**
 * Draws a picture with half-block characters: each stands for two pixels, the upper one in the text's colour, the lower one
 * in the background's (24-bit ANSI colours).
 *
 * @returns one string a line, ceil(height / 2) lines of `width` characters
 */
export function halfBlocks(raster: Raster): string[] {
  const lines: string[] = [];
  for (let y = 0; y < raster.height; y += 2) {
    let line = '';
    for (let x = 0; x < raster.width; x++) {
      const lower = y + 1 < raster.height ? `\x1b[48;2;${pixel(raster, x, y + 1)}m` : '\x1b[49m';
      line += `\x1b[38;2;${pixel(raster, x, y)}m${lower}▀`;
    }
    lines.push(`${line}\x1b[0m`);
  }
  return lines;
}

/** Enlarges a picture by a whole number, each pixel a square. */
export function enlarge(raster: Raster, times: number): Raster {
  const width = raster.width * times;
  const height = raster.height * times;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / times) * raster.width + Math.floor(x / times)) * 3;
      rgb.set(raster.rgb.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, rgb };
}

/** Makes a picture at most `columns` wide: each pixel is the mean colour of a square of the large one. */
export function shrink(raster: Raster, columns: number): Raster {
  const step = Math.max(1, Math.ceil(raster.width / columns));
  const [width, height] = [Math.floor(raster.width / step), Math.floor(raster.height / step)];
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at++) {
    const [left, top] = [(Math.floor(at / 3) % width) * step, Math.floor(at / 3 / width) * step];
    let sum = 0;
    for (let y = top; y < top + step; y++) {
      for (let x = left; x < left + step; x++) sum += raster.rgb[(y * raster.width + x) * 3 + (at % 3)] as number;
    }
    rgb[at] = sum / (step * step);
  }
  return { width, height, rgb };
}

function pixel(raster: Raster, x: number, y: number): string {
  const at = (y * raster.width + x) * 3;
  return raster.rgb.subarray(at, at + 3).join(';');
}
