/** The seed that a sample of a request is drawn with: seed + index, modulo 2^64. */
export function sampleSeed(seed: bigint, index: number): bigint {
  return BigInt.asUintN(64, seed + BigInt(index));
}
