import { ImageFormat } from '@janus-mesh/contracts';
import { encodePng, encodeWebp, type Picture } from '@janus-mesh/image';
import { invalidArgument } from '@janus-mesh/rpc';

/** A format pictures are really encoded in: the default is resolved. */
export type PictureFormat = typeof ImageFormat.IMAGE_FORMAT_PNG | typeof ImageFormat.IMAGE_FORMAT_WEBP;

/**
 * Resolves the format a request asks for.
 *
 * @throws {MeshError} INVALID_ARGUMENT if the contract has no such format
 */
export function resolveFormat(format: ImageFormat = ImageFormat.IMAGE_FORMAT_UNSPECIFIED): PictureFormat {
  switch (format) {
    case ImageFormat.IMAGE_FORMAT_UNSPECIFIED:
      return ImageFormat.IMAGE_FORMAT_PNG;
    case ImageFormat.IMAGE_FORMAT_PNG:
    case ImageFormat.IMAGE_FORMAT_WEBP:
      return format;
    default: {
      const description = `is ${format}, which is no format; PNG is 1, WebP is 2`;
      throw invalidArgument([{ field: 'start.format', description }], 'UNKNOWN_FORMAT');
    }
  }
}

/** Encodes a picture, without loss in either format. */
export function encodePicture(picture: Picture, format: PictureFormat): Promise<Uint8Array> {
  return format === ImageFormat.IMAGE_FORMAT_WEBP ? encodeWebp(picture) : encodePng(picture);
}
