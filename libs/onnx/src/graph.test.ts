import { openRuntime, type Value } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import { elementType } from './element-type.ts';
import { Graph, MICROSOFT } from './graph.ts';
import { modelBytes } from './model.ts';

const runtime = openRuntime({ threads: 1 });

async function run(graph: Graph, inputs: Record<string, Value>, outputs: Record<string, Value>, weights?: ReadonlyMap<string, Value>) {
  const session = await runtime.createSession({ model: modelBytes(graph), ...(weights && { weights }) });
  const call = session.newCall(Object.keys(inputs), Object.keys(outputs));
  for (const [name, value] of Object.entries(inputs)) call.setInput(name, value);
  for (const [name, value] of Object.entries(outputs)) call.setOutput(name, value);
  await call.run();
  session.release();
}

describe('a graph that ONNX Runtime runs', () => {
  test('has inputs, symbolic dims, constants, weights from outside and several outputs', async () => {
    const graph = new Graph('test');
    graph.input('x', 'f32', ['T', 2]);
    const scaled = graph.node('Mul', ['x', graph.scalar(10)]);
    const product = graph.node('MatMul', [scaled, graph.weight({ name: 'w', dtype: 'f32', dims: [2, 2] })]);
    graph.node('Split', [product, graph.ints(1, 1)], { outputs: ['left', 'right'], attributes: { axis: 1 } });
    graph.output('left', 'f32', ['T', 1]);
    graph.output('right', 'f32', ['T', 1]);
    const weights = new Map([['w', runtime.tensor('f32', [2, 2], Float32Array.of(1, 2, 3, 4))]]);
    for (const rows of [1, 3]) {
      const x = runtime.tensor('f32', [rows, 2], new Float32Array(rows * 2).fill(1));
      const [left, right] = [runtime.tensor('f32', [rows, 1]), runtime.tensor('f32', [rows, 1])];
      await run(graph, { x }, { left, right }, weights);
      expect([...left.data]).toEqual(Array(rows).fill(40));
      expect([...right.data]).toEqual(Array(rows).fill(60));
    }
  });

  test('takes every kind of attribute', async () => {
    const graph = new Graph('test');
    graph.input('x', 'f32', [1, 1, 1, 2]);
    const leaky = graph.node('LeakyRelu', ['x'], { attributes: { alpha: { float: 0.5 } } });
    const tall = graph.node('Transpose', [leaky], { attributes: { perm: [0, 1, 3, 2] } });
    const scales = graph.constant({ name: 'scales', dtype: 'f32', dims: [4] }, Float32Array.of(1, 1, 2, 1));
    const twice = graph.node('Resize', [tall, '', scales], {
      attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
    });
    const gelu = graph.node('QuickGelu', [twice], { domain: MICROSOFT, attributes: { alpha: { float: 0 } } }); // x · sigmoid(0)
    graph.node('Cast', [gelu], { outputs: ['y'], attributes: { to: elementType('i32') } });
    graph.output('y', 'i32', [1, 1, 4, 1]);
    const y = runtime.tensor('i32', [1, 1, 4, 1]);
    await run(graph, { x: runtime.tensor('f32', [1, 1, 1, 2], Float32Array.of(-16, 6)) }, { y });
    expect([...y.data]).toEqual([-4, -4, 3, 3]);
  });

  test('has branches that see the values around them', async () => {
    const graph = new Graph('test');
    graph.input('on', 'bool', [1]);
    graph.input('x', 'f32', [1]);
    const [then, otherwise] = [graph.subgraph('then/'), graph.subgraph('else/')];
    then.output(then.node('Add', ['x', graph.scalar(1)]), 'f32', [1]);
    otherwise.output(otherwise.node('Neg', ['x']), 'f32', [1]);
    graph.node('If', ['on'], { outputs: ['y'], attributes: { then_branch: then, else_branch: otherwise } });
    graph.output('y', 'f32', [1]);
    const x = runtime.tensor('f32', [1], Float32Array.of(5));
    for (const [on, expected] of [
      [1, 6],
      [0, -5]
    ] as const) {
      const y = runtime.tensor('f32', [1]);
      await run(graph, { on: runtime.tensor('bool', [1], Uint8Array.of(on)), x }, { y });
      expect(y.data[0]).toBe(expected);
    }
  });
});

describe('mistakes are found where they are made', () => {
  test('a node that reads an unknown value', () => {
    expect(() => new Graph('g').node('Relu', ['x'])).toThrow('graph g has no value x');
  });

  test('a name used twice, also by a branch', () => {
    const graph = new Graph('g');
    graph.input('x', 'f32', [1]);
    expect(() => graph.input('x', 'f32', [1])).toThrow('graph g has a value x already');
    expect(() => graph.subgraph('branch/').node('Relu', ['x'], { outputs: ['x'] })).toThrow('graph branch/ has a value x already');
  });

  test('a value of a branch read outside it', () => {
    const graph = new Graph('g');
    graph.input('x', 'f32', [1]);
    const inner = graph.subgraph('branch/').node('Relu', ['x']);
    expect(() => graph.node('Relu', [inner])).toThrow('has no value branch/Relu_0');
  });

  test('a constant of the wrong size', () => {
    const info = { name: 'c', dtype: 'f32', dims: [2, 2] } as const;
    expect(() => new Graph('g').constant(info, new Float32Array(3))).toThrow('12 bytes for c, f32 [2,2]: expected 16');
  });

  test('a float given as an int', () => {
    const graph = new Graph('g');
    graph.input('x', 'f32', [1]);
    expect(() => graph.node('LeakyRelu', ['x'], { attributes: { alpha: 0.1 } })).toThrow('attribute alpha is 0.1, no integer');
  });
});

test('equal constants and repeated weights are declared once', () => {
  const graph = new Graph('g');
  expect(graph.ints(1, 2)).toBe(graph.ints(1, 2));
  expect(graph.scalar(0.5)).toBe(graph.scalar(0.5));
  const info = { name: 'w', dtype: 'f32', dims: [1] } as const;
  graph.weight(info);
  graph.weight(info);
  expect(graph.weights).toEqual([info]);
});
