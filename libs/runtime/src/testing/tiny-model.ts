import { isLargeMatrix } from '@janus-mesh/tensor';

/** A node of a test graph. */
interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
}

/** A test graph: every tensor is f32, a string is a symbolic dim. */
interface Graph {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
  /** Initializers declared as external data. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly Node[];
}

type Field = readonly [number: number, value: number | string | Uint8Array];

/** The bytes of an ONNX model, just enough of the format for graphs of plain nodes. @source onnx.proto3 */
export function tinyModel({ inputs, outputs, weights = {}, nodes }: Graph): Uint8Array {
  const graph = message([
    ...nodes.map((node): Field => [1, message([...node.inputs.map((name): Field => [1, name]), [2, node.output], [4, node.op]])]),
    [2, 'test'],
    ...Object.entries(weights).map(([name, dims]): Field => [5, externalTensor(name, dims)]),
    ...Object.entries(inputs).map(([name, dims]): Field => [11, valueInfo(name, dims)]),
    ...Object.entries(outputs).map(([name, dims]): Field => [12, valueInfo(name, dims)])
  ]);
  return message([
    [1, 10], // IR version
    [7, graph],
    [8, message([[2, 21]])] // opset
  ]);
}

function externalTensor(name: string, dims: readonly number[]): Uint8Array {
  const location = message([
    [1, 'location'],
    [2, isLargeMatrix('f32', dims) ? '.' : 'weights']
  ]);
  return message([...dims.map((dim): Field => [1, dim]), [2, 1], [8, name], [13, location], [14, 1]]);
}

function valueInfo(name: string, dims: readonly (number | string)[]): Uint8Array {
  const shape = message(dims.map((dim): Field => [1, message([[typeof dim === 'number' ? 1 : 2, dim]])]));
  const tensor = message([
    [1, 1], // f32
    [2, shape]
  ]);
  return message([
    [1, name],
    [2, message([[1, tensor]])]
  ]);
}

function message(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number << 3), varint(value)];
      const bytes = Buffer.from(value);
      return [varint((number << 3) | 2), varint(bytes.length), bytes];
    })
  );
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.from([...bytes, rest]);
}
