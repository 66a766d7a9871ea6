import { z } from 'zod';
import { integer } from '../setting.ts';

const MIB = 1024 * 1024;

/** Settings of the tiers that take pictures. */
export const pictureSettings = z.object({
  queueLimit: integer({ min: 0, max: 100_000, default: 64 }).describe('requests that may wait beside the one that runs'),
  maxPictureBytes: integer({ min: 1, max: 1024 * MIB, default: 20 * MIB }).describe('longest file of a picture'),
  maxPicturePixels: integer({ min: 1, max: 1_000_000_000, default: 50_000_000 }).describe('most pixels of a picture'),
  maxPictureSide: integer({ min: 1, max: 65_535, default: 65_535 }).describe('longest side of a picture in pixels'),
  pictureSeconds: integer({ min: 1, max: 3600, default: 20 }).describe('longest time the decoding of a picture may take'),
  // Uploads come in chunks of at most 1 MiB.
  maxReceiveBytes: integer({ min: 1024, max: 2 ** 31 - 1, default: 4 * MIB }).describe('longest request message')
});

type PictureSetting = 'maxPictureBytes' | 'maxPicturePixels' | 'maxPictureSide' | 'pictureSeconds';

/** The settings as the image library takes them. */
export function pictureLimits(config: Readonly<Record<PictureSetting, number>>) {
  return {
    maxBytes: config.maxPictureBytes,
    maxPixels: config.maxPicturePixels,
    maxSide: config.maxPictureSide,
    timeoutSeconds: config.pictureSeconds
  };
}
