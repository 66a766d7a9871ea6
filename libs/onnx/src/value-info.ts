import type { DType } from '@janus-mesh/tensor';
import { elementType } from './element-type.ts';
import { ProtoWriter } from './proto-writer.ts';

/** An input or output of a graph; a string is a symbolic dim, equal wherever it has the same name. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly (number | string)[];
}

/** The ValueInfoProto: a name and a tensor type. */
export function valueInfoProto({ name, dtype, dims }: ValueInfo): ProtoWriter {
  const shape = new ProtoWriter();
  for (const dim of dims) shape.message(1, typeof dim === 'number' ? new ProtoWriter().int(1, dim) : new ProtoWriter().string(2, dim));
  const tensorType = new ProtoWriter().int(1, elementType(dtype)).message(2, shape);
  return new ProtoWriter().string(1, name).message(2, new ProtoWriter().message(1, tensorType));
}
