/** How logits differ, over all rows. */
export interface LogitComparison {
  /** Mean cosine of the rows, and the least. */
  readonly cosine: number;
  readonly leastCosine: number;
  /** Mean Kullback-Leibler divergence from the exact distribution, in nats, and the largest. */
  readonly divergence: number;
  readonly mostDivergence: number;
  /** Share of rows whose most likely token is the same. */
  readonly top1: number;
  /** Mean share of the ten most likely tokens that are the same. */
  readonly top10: number;
  readonly rows: number;
}

const TOP = 10;

/**
 * Compares logits row by row.
 *
 * @param exact f32 [rows, vocabulary]
 * @param other f32 [rows, vocabulary]
 * @throws {RangeError} if they are not of one size
 */
export function compareLogits(exact: Float32Array, other: Float32Array, vocabulary: number): LogitComparison {
  if (exact.length !== other.length || exact.length % vocabulary !== 0 || exact.length === 0)
    throw new RangeError(`${exact.length} logits can't be compared with ${other.length}, in rows of ${vocabulary}`);
  const rows = exact.length / vocabulary;
  const sums = { cosine: 0, leastCosine: 1, divergence: 0, mostDivergence: 0, top1: 0, top10: 0 };
  for (let at = 0; at < exact.length; at += vocabulary) {
    const [a, b] = [exact.subarray(at, at + vocabulary), other.subarray(at, at + vocabulary)];
    const similarity = cosine(a, b);
    const distance = divergence(a, b);
    const [topA, topB] = [largest(a), largest(b)];
    sums.cosine += similarity;
    sums.leastCosine = Math.min(sums.leastCosine, similarity);
    sums.divergence += distance;
    sums.mostDivergence = Math.max(sums.mostDivergence, distance);
    sums.top1 += topA[0] === topB[0] ? 1 : 0;
    sums.top10 += topA.filter((id) => topB.includes(id)).length / topA.length;
  }
  const mean = (sum: number) => sum / rows;
  return {
    ...sums,
    cosine: mean(sums.cosine),
    divergence: mean(sums.divergence),
    top1: mean(sums.top1),
    top10: mean(sums.top10),
    rows
  };
}

/**
 * How well a text is predicted: e to the mean of its tokens' surprise.
 *
 * @param logits f32 [tokens, vocabulary]; each row predicts the token of its place
 */
export function perplexity(logits: Float32Array, tokens: readonly number[], vocabulary: number): number {
  const surprise = tokens.reduce((sum, token, i) => {
    const row = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
    return sum + logSum(row) - (row[token] as number);
  }, 0);
  return Math.exp(surprise / tokens.length);
}

/** Signal to noise ratio of a picture in [-1, 1], in decibels: peak to peak 2 against the root mean square of the difference. */
export function pictureDecibels(exact: Float32Array, other: Float32Array): number {
  const sum = exact.reduce((total, value, i) => total + (value - (other[i] as number)) ** 2, 0);
  return 10 * Math.log10(4 / (sum / exact.length));
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, sizeA, sizeB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    product += x * y;
    sizeA += x * x;
    sizeB += y * y;
  }
  return product / Math.sqrt(sizeA * sizeB);
}

function divergence(exact: Float32Array, other: Float32Array): number {
  const [logA, logB] = [logSum(exact), logSum(other)];
  let sum = 0;
  for (let i = 0; i < exact.length; i++) {
    const log = (exact[i] as number) - logA;
    sum += Math.exp(log) * (log - ((other[i] as number) - logB));
  }
  return Math.max(0, sum); // rounding may leave a little less than nothing
}

function logSum(row: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of row) if (value > most) most = value;
  let sum = 0;
  for (const value of row) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

// Ids of the largest, in order; the lower id first on ties.
function largest(row: Float32Array): number[] {
  const top: number[] = [];
  const at = (id: number) => row[id] as number;
  for (let id = 0; id < row.length; id++) {
    if (top.length === TOP && at(id) <= at(top[TOP - 1] as number)) continue;
    const place = top.findIndex((other) => at(id) > at(other));
    top.splice(place < 0 ? top.length : place, 0, id);
    if (top.length > TOP) top.pop();
  }
  return top;
}
