import { createHash } from 'node:crypto';
import { bytesOf } from '@janus-mesh/tensor';

/**
 * Tells rows of logits apart bit for bit: the first 8 bytes of the sha256 of the row's little-endian f32 values, read as a
 * little-endian number, so that a fixed64 on the wire carries those bytes as they are.
 */
export function logitHash(logits: Float32Array): bigint {
  return createHash('sha256').update(bytesOf(logits)).digest().readBigUInt64LE(0);
}
