import type { Receipt } from '@janus-mesh/contracts';
import { CommandError } from '../report.ts';
import type { Proof } from './receipt.ts';

/**
 * What proves a result, from the mesh's own receipt and the result's ids.
 *
 * @throws {CommandError} if the mesh gives no receipts
 */
export function proofOf(receipt: Receipt | undefined, ids: readonly number[]): Proof {
  const sampling = receipt?.sampling;
  if (receipt === undefined || sampling === undefined) {
    throw new CommandError('no_receipt', 'the mesh gave no receipt with the result; it is older than this command');
  }
  return {
    revision: receipt.revision,
    fingerprint: receipt.fingerprint === undefined ? null : { ...receipt.fingerprint },
    sampling: { temperature: sampling.temperature, topK: sampling.topK, topP: sampling.topP, seed: String(sampling.seed) },
    featureHashes: receipt.featureHashes.map((hash) => Buffer.from(hash).toString('hex')),
    logitHashes: receipt.logitHashes.map(({ position, hash }) => ({ position, hash: hash.toString(16).padStart(16, '0') })),
    ids
  };
}
