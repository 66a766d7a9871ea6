import type { TextConfig } from '@janus-mesh/models';
import type { FloatTensor } from './safetensors.ts';

type Rows = Float64Array[];

/** What the decoder rounds, as int8 does. */
export interface Rounding {
  /** Whether each row of activations is rounded before a matrix product, to 127 steps up and down. */
  readonly activations?: boolean;
  /** Scale that rotated keys and values are rounded to multiples of. */
  readonly cacheScale?: number;
}

/**
 * The decoder in plain double precision: a whole sequence at once, no cache, no packing.
 *
 * @param embeddings f32 [n, hidden]
 * @returns n final hidden states, after the final norm
 */
export function referenceDecoder(
  text: TextConfig,
  data: ReadonlyMap<string, FloatTensor>,
  embeddings: Float32Array,
  { activations = false, cacheScale }: Rounding = {}
): Rows {
  const matmul = (x: Rows, matrix: FloatTensor) => product(activations ? x.map(rounded) : x, matrix);
  const weight = (name: string) => data.get(`text.${name}`) as FloatTensor;
  const width = text.hiddenSize;
  let x: Rows = Array.from({ length: embeddings.length / width }, (_, i) =>
    Float64Array.from(embeddings.subarray(i * width, (i + 1) * width))
  );
  const add = (a: Rows, b: Rows) => a.map((row, i) => row.map((value, j) => value + (b[i]?.[j] as number)));
  for (let i = 0; i < text.layers; i++) {
    const layer = (name: string) => weight(`layers.${i}.${name}`);
    const qkv = matmul(rmsNorm(x, layer('norm1'), text.rmsNormEps), layer('qkv'));
    x = add(x, matmul(attention(text, qkv, cacheScale), layer('o')));
    const normed = rmsNorm(x, layer('norm2'), text.rmsNormEps);
    const up = matmul(normed, layer('up'));
    const gated = matmul(normed, layer('gate')).map((row, t) =>
      row.map((value, j) => (value / (1 + Math.exp(-value))) * (up[t]?.[j] as number))
    );
    x = add(x, matmul(gated, layer('down')));
  }
  return rmsNorm(x, weight('norm'), text.rmsNormEps);
}

// The row's scale and quotient are single precision, halves go to the even side.
function rounded(row: Float64Array): Float64Array {
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(Math.fround(value))), 0);
  const scale = Math.fround(largest * Math.fround(1 / 127));
  return row.map((value) => (scale === 0 ? 0 : roundToEven(Math.fround(Math.fround(value) / scale)) * scale));
}

function roundToEven(value: number): number {
  const down = Math.floor(value);
  const isHalf = value - down === 0.5;
  return isHalf ? down + (Math.abs(down) % 2) : Math.round(value);
}

function cached(row: Float64Array, scale: number | undefined): Float64Array {
  if (scale === undefined) return row;
  return row.map((value) => Math.max(-128, Math.min(127, roundToEven(value / scale))) * scale);
}

function product(x: Rows, { dims, data }: FloatTensor): Rows {
  const columns = dims[1] as number;
  return x.map((row) => {
    const out = new Float64Array(columns);
    row.forEach((value, k) => {
      for (let j = 0; j < columns; j++) out[j] = (out[j] as number) + value * (data[k * columns + j] as number);
    });
    return out;
  });
}

function rmsNorm(x: Rows, { data }: FloatTensor, epsilon: number): Rows {
  return x.map((row) => {
    const scale = 1 / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length + epsilon);
    return row.map((value, j) => value * scale * (data[j] as number));
  });
}

function attention({ heads, kvHeads, headDim, ropeTheta }: TextConfig, qkv: Rows, cacheScale?: number): Rows {
  const head = (row: Float64Array, index: number) => row.subarray(index * headDim, (index + 1) * headDim);
  const out = qkv.map(() => new Float64Array(heads * headDim));
  for (let h = 0; h < heads; h++) {
    const shared = Math.floor((h * kvHeads) / heads);
    const keys = qkv.map((row, position) => cached(rotate(head(row, heads + shared), position, ropeTheta), cacheScale));
    const values = qkv.map((row) => cached(head(row, heads + kvHeads + shared), cacheScale));
    qkv.forEach((row, t) => {
      const query = rotate(head(row, h), t, ropeTheta);
      const scores = keys
        .slice(0, t + 1)
        .map((key) => key.reduce((sum, value, i) => sum + value * (query[i] as number), 0) / Math.sqrt(headDim));
      const weights = softmax(scores);
      const target = head(out[t] as Float64Array, h);
      for (const [s, w] of weights.entries()) {
        const value = values[s] as Float64Array;
        for (let i = 0; i < headDim; i++) target[i] = (target[i] as number) + w * (value[i] as number);
      }
    });
  }
  return out;
}

function rotate(x: Float64Array, position: number, theta: number): Float64Array {
  const half = x.length / 2;
  return x.map((value, i) => {
    const angle = position * theta ** ((-2 * (i % half)) / x.length);
    const other = i < half ? -(x[i + half] as number) : (x[i - half] as number);
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
