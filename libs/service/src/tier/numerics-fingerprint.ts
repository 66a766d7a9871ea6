import { createHash } from 'node:crypto';
import type { NumericsFingerprint } from '@janus-mesh/contracts';

/** What a tier knows of its own numerics; the rest of a fingerprint follows. */
export type Numerics = Pick<NumericsFingerprint, 'onnxruntime' | 'provider' | 'isa' | 'quantization'> &
  Partial<Pick<NumericsFingerprint, 'kvCache' | 'prefillChunk'>>;

/** Completes a fingerprint: the fields a tier does not have are empty, and the digest is made from all of them. */
export function numericsFingerprint({
  onnxruntime,
  provider,
  isa,
  quantization,
  kvCache = '',
  prefillChunk = 0
}: Numerics): NumericsFingerprint {
  const fields = [onnxruntime, provider, isa, quantization, kvCache, String(prefillChunk)];
  const digest = createHash('sha256').update(fields.join('\n')).digest('hex').slice(0, 16);
  return { onnxruntime, provider, isa, quantization, kvCache, prefillChunk, digest };
}
