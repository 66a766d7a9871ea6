/**
 * The natural logarithm of a token's probability at temperature 1, in f64.
 *
 * @param logits f32 [vocabulary]
 */
export function logProbability(logits: Float32Array, id: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit > max) max = logit;
  }
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - max);
  return (logits[id] as number) - max - Math.log(sum);
}
