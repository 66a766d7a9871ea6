export { type DType, dtypeBytes, elementCount } from './dtype.ts';
export { bf16ToF32, f16ToF32, widenToF32 } from './float16.ts';
export { bytesOf, f32View } from './wire.ts';
