import type { GeneratedTokens, GenerateStart, LogitHash, NumericsFingerprint, Receipt } from '@janus-mesh/contracts';
import { sampleSeed } from './sample-seed.ts';

/** Gathers, while a generation runs, what its results can be checked by. */
export class Receipts {
  readonly #start: GenerateStart;
  readonly #guidanceWeight: number;
  readonly #hashes = new Map<number, LogitHash[]>();
  #fingerprint: NumericsFingerprint | undefined;

  /** @param guidanceWeight as the caller gave it: a weight of 1 is run without a pair; 0 for answers */
  constructor(start: GenerateStart, guidanceWeight = 0) {
    this.#start = start;
    this.#guidanceWeight = guidanceWeight;
  }

  /** Notes the numerics of the replica that generates. */
  generatedBy(fingerprint: NumericsFingerprint | undefined): void {
    this.#fingerprint = fingerprint;
  }

  /** Notes what came with new tokens. */
  add({ sampleIndex, positionHashes }: GeneratedTokens): void {
    const known = this.#hashes.get(sampleIndex);
    if (known === undefined) this.#hashes.set(sampleIndex, [...positionHashes]);
    else known.push(...positionHashes);
  }

  /** The receipt of a sample. @param tokens of its result: hashes of those that were cut off are left out */
  of(sampleIndex: number, tokens: number): Receipt {
    const { revision, sampling, maxNewTokens, prompt } = this.#start;
    const hashes = this.#hashes.get(sampleIndex) ?? [];
    return {
      revision,
      fingerprint: this.#fingerprint,
      sampling: sampling && { ...sampling, seed: sampleSeed(sampling.seed, sampleIndex) },
      guidanceWeight: this.#guidanceWeight,
      maxTokens: maxNewTokens,
      featureHashes: prompt.flatMap(({ content }) => (content?.$case === 'features' ? [content.value.hash] : [])),
      logitHashes: hashes.filter(({ position }) => position < tokens)
    };
  }
}
