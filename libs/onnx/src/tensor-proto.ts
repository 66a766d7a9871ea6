import { bytesOf, type DType, dtypeBytes, elementCount, isLargeMatrix } from '@janus-mesh/tensor';
import { elementType } from './element-type.ts';
import { ProtoWriter } from './proto-writer.ts';

const FIELD = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;
const EXTERNAL = 1;

/** What a tensor is, without its elements. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
}

/**
 * A TensorProto that carries its elements.
 *
 * @throws {RangeError} if `data` holds more or fewer bytes than the dims ask for
 */
export function inlineTensor(info: TensorInfo, data: ArrayBufferView): ProtoWriter {
  const expected = elementCount(info.dims) * dtypeBytes(info.dtype);
  if (data.byteLength !== expected)
    throw new RangeError(`${data.byteLength} bytes for ${info.name}, ${info.dtype} [${info.dims}]: expected ${expected}`);
  return header(info).bytes(FIELD.rawData, bytesOf(data));
}

/**
 * A TensorProto whose elements whoever makes a session supplies by name. Its location is never read. That of a large matrix must be there
 * all the same, since ONNX Runtime looks for it before it takes what is supplied: the working directory is.
 */
export function externalTensor(info: TensorInfo): ProtoWriter {
  const entry = (key: string, value: string) => new ProtoWriter().string(1, key).string(2, value);
  const location = isLargeMatrix(info.dtype, info.dims) ? '.' : 'weights';
  return header(info).message(FIELD.externalData, entry('location', location)).int(FIELD.dataLocation, EXTERNAL);
}

function header({ name, dtype, dims }: TensorInfo): ProtoWriter {
  const proto = new ProtoWriter();
  for (const dim of dims) proto.int(FIELD.dims, dim);
  return proto.int(FIELD.dataType, elementType(dtype)).string(FIELD.name, name);
}
