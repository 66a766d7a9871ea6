import { ImageFormat } from '@janus-mesh/contracts';
import type { ValidDrawing } from './valid-drawing.ts';
import type { Violations } from './violations.ts';

/** How pictures are to be encoded; PNG where nothing is said. */
export function checkImageFormat(format: number | undefined, violations: Violations): ValidDrawing['format'] {
  switch (format) {
    case undefined:
    case ImageFormat.IMAGE_FORMAT_UNSPECIFIED:
    case ImageFormat.IMAGE_FORMAT_PNG:
      return ImageFormat.IMAGE_FORMAT_PNG;
    case ImageFormat.IMAGE_FORMAT_WEBP:
      return ImageFormat.IMAGE_FORMAT_WEBP;
    default:
      violations.add('format', `is ${format}, not one of ImageFormat`);
      return ImageFormat.IMAGE_FORMAT_PNG;
  }
}
