import { hashBytes } from './hash-file.ts';
import type { Manifest } from './manifest.ts';

/** Names of a bundle's files. */
export const FILES = {
  manifest: 'manifest.json',
  weights: 'weights.safetensors',
  tokenizer: 'tokenizer.json',
  sums: 'SHA256SUMS'
} as const;

/** The lines SHA256SUMS has for a manifest, in the form `sha256sum -c` reads. */
export function sumsOf(manifestBytes: Uint8Array | string, manifest: Pick<Manifest, 'weights' | 'tokenizer'>): string {
  const sums = [
    [hashBytes(manifestBytes), FILES.manifest],
    [manifest.tokenizer.sha256, FILES.tokenizer],
    [manifest.weights.sha256, FILES.weights]
  ];
  return sums.map(([sum, file]) => `${sum}  ${file}\n`).join('');
}
