import { decodePicture, fitToSquare, normalize } from '@janus-mesh/image';
import { floats } from '../../support/safetensors.ts';
import { type Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';

/** Decoding, the canvas and the pixel values of every picture: library functions, as no RPC returns them. */
export async function pictures({ goldens, config, tolerance }: Subject): Promise<Row[]> {
  const want = goldens.tensors('preprocess');
  const bytes = (name: string) => want.get(name)?.bytes as Uint8Array;
  const rgb = {
    png: new Stage('rgb, PNG', 'image decodePicture', tolerance('rgb_png')),
    jpg: new Stage('rgb, JPEG', 'image decodePicture', tolerance('rgb_jpeg'))
  };
  const canvas = {
    png: new Stage('canvas, PNG', 'image fitToSquare', tolerance('canvas_png')),
    jpg: new Stage('canvas, JPEG', 'image fitToSquare', tolerance('canvas_jpeg'))
  };
  const pixels = new Stage('pixel values', 'image normalize', tolerance('pixel_values'));
  for (const { name, file, tensors } of goldens.cases.pictures) {
    const kind = /\.jpe?g$/.test(file) ? 'jpg' : 'png';
    const decoded = await decodePicture(goldens.picture(file), { rawOrientation: true });
    if (tensors.rgb !== null) rgb[kind].close(name, decoded.rgb, bytes(tensors.rgb));
    canvas[kind].close(name, (await fitToSquare(decoded, config.preprocess)).rgb, bytes(tensors.canvas));
    const side = config.preprocess.imageSize;
    const values = normalize({ width: side, height: side, rgb: bytes(tensors.canvas) }, config.preprocess);
    pixels.close(name, values, floats(want, tensors.pixel_values));
  }
  return [rgb.png, rgb.jpg, canvas.png, canvas.jpg, pixels].map((stage) => stage.row()).filter(({ cases }) => cases > 0);
}
