import { encodePng } from '@janus-mesh/image';

const SIZE = 512;
const MOST_RANDOM_BYTES = 65_536;

/** A PNG of noise: no tier has seen it before. */
export function noisePicture(): Promise<Uint8Array> {
  const rgb = new Uint8Array(SIZE * SIZE * 3);
  for (let at = 0; at < rgb.length; at += MOST_RANDOM_BYTES) crypto.getRandomValues(rgb.subarray(at, at + MOST_RANDOM_BYTES));
  return encodePng({ width: SIZE, height: SIZE, rgb });
}
