import { tinyModel } from './tiny-model.ts';

/** y = a + b, all [n, 2]. */
export const ADD = tinyModel({
  inputs: { a: ['n', 2], b: ['n', 2] },
  outputs: { y: ['n', 2] },
  nodes: [{ op: 'Add', inputs: ['a', 'b'], output: 'y' }]
});

/** y = x w + bias; x [n, 3], w [3, 2] and bias [2] given from outside. */
export const LINEAR = tinyModel({
  inputs: { x: ['n', 3] },
  outputs: { y: ['n', 2] },
  weights: { w: [3, 2], bias: [2] },
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], output: 'product' },
    { op: 'Add', inputs: ['product', 'bias'], output: 'y' }
  ]
});

/** y = x w w ... w, `length` times, all [size, size]: takes long, and can be cancelled between two products. */
export function productChain(size: number, length: number): Uint8Array {
  return tinyModel({
    inputs: { x: [size, size], w: [size, size] },
    outputs: { y: [size, size] },
    nodes: Array.from({ length }, (_, i) => ({
      op: 'MatMul',
      inputs: [i === 0 ? 'x' : `x${i}`, 'w'],
      output: i === length - 1 ? 'y' : `x${i + 1}`
    }))
  });
}

/** y = x w, w [size, size] given from outside. */
export function product(size: number): Uint8Array {
  return tinyModel({
    inputs: { x: ['n', size] },
    outputs: { y: ['n', size] },
    weights: { w: [size, size] },
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], output: 'y' }]
  });
}
