import { invalidArgument, type MeshError } from '@janus-mesh/rpc';

const REASONS = {
  not_a_picture: 'NOT_A_PICTURE',
  unsupported_format: 'UNSUPPORTED_PICTURE_FORMAT',
  too_large: 'PICTURE_TOO_LARGE',
  truncated: 'PICTURE_TRUNCATED',
  corrupt: 'PICTURE_CORRUPT',
  timed_out: 'PICTURE_TIMED_OUT'
} as const;

/** What is wrong with a picture; a PictureError of the image library is one. */
export interface PictureFault {
  readonly kind: keyof typeof REASONS;
  readonly message: string;
}

/** The answer to an uploaded picture that can't be read: INVALID_ARGUMENT on `chunk`, with a reason for each kind of fault. */
export function pictureRefusal({ kind, message }: PictureFault): MeshError {
  return invalidArgument([{ field: 'chunk', description: message }], REASONS[kind]);
}
