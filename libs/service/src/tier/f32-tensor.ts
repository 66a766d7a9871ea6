import { ElementType, type Tensor } from '@janus-mesh/contracts';

/**
 * A tensor as the wire carries it: a view of the values, not a copy.
 *
 * @throws {RangeError} if the dims don't multiply to the number of values
 */
export function f32Tensor(dims: readonly number[], values: Float32Array): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count !== values.length) throw new RangeError(`${values.length} values for a tensor [${dims.join(', ')}]`);
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { type: ElementType.ELEMENT_TYPE_F32, dims: [...dims], data };
}
