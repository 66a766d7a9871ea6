import type { TextConfig } from '@janus-mesh/models';
import type { FloatTensor } from './safetensors.ts';

type Rows = Float64Array[];

/**
 * The decoder in plain double precision: a whole sequence at once, no cache, no packing.
 *
 * @param embeddings f32 [n, hidden]
 * @returns n final hidden states, after the final norm
 */
export function referenceDecoder(text: TextConfig, data: ReadonlyMap<string, FloatTensor>, embeddings: Float32Array): Rows {
  const weight = (name: string) => data.get(`text.${name}`) as FloatTensor;
  const width = text.hiddenSize;
  let x: Rows = Array.from({ length: embeddings.length / width }, (_, i) =>
    Float64Array.from(embeddings.subarray(i * width, (i + 1) * width))
  );
  const add = (a: Rows, b: Rows) => a.map((row, i) => row.map((value, j) => value + (b[i]?.[j] as number)));
  for (let i = 0; i < text.layers; i++) {
    const layer = (name: string) => weight(`layers.${i}.${name}`);
    const qkv = matmul(rmsNorm(x, layer('norm1'), text.rmsNormEps), layer('qkv'));
    x = add(x, matmul(attention(text, qkv), layer('o')));
    const normed = rmsNorm(x, layer('norm2'), text.rmsNormEps);
    const up = matmul(normed, layer('up'));
    const gated = matmul(normed, layer('gate')).map((row, t) =>
      row.map((value, j) => (value / (1 + Math.exp(-value))) * (up[t]?.[j] as number))
    );
    x = add(x, matmul(gated, layer('down')));
  }
  return rmsNorm(x, weight('norm'), text.rmsNormEps);
}

function matmul(x: Rows, { dims, data }: FloatTensor): Rows {
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

function attention({ heads, kvHeads, headDim, ropeTheta }: TextConfig, qkv: Rows): Rows {
  const head = (row: Float64Array, index: number) => row.subarray(index * headDim, (index + 1) * headDim);
  const out = qkv.map(() => new Float64Array(heads * headDim));
  for (let h = 0; h < heads; h++) {
    const shared = Math.floor((h * kvHeads) / heads);
    const keys = qkv.map((row, position) => rotate(head(row, heads + shared), position, ropeTheta));
    qkv.forEach((row, t) => {
      const query = rotate(head(row, h), t, ropeTheta);
      const scores = keys
        .slice(0, t + 1)
        .map((key) => key.reduce((sum, value, i) => sum + value * (query[i] as number), 0) / Math.sqrt(headDim));
      const weights = softmax(scores);
      const target = head(out[t] as Float64Array, h);
      for (const [s, w] of weights.entries()) {
        const value = head(qkv[s] as Float64Array, heads + kvHeads + shared);
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
