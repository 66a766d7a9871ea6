import { createHash } from 'node:crypto';

/**
 * Names the features of a picture by all that decides them. Every tier that keeps features names them so.
 *
 * @param data the picture's file, as it was sent
 * @param options.revision of the model
 * @returns 32 bytes
 */
export function featuresHash(data: Uint8Array, options: { readonly revision: string; readonly rawOrientation: boolean }): Buffer {
  // The lengths of the first two fields are fixed by the line break, so no two inputs give the same bytes.
  const head = `${options.revision}\n${options.rawOrientation ? 'raw' : 'upright'}\n`;
  return createHash('sha256').update(head).update(data).digest();
}
