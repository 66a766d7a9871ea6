export { type DType, dtypeBytes, elementCount } from './dtype.ts';
export { bf16ToF32, f16ToF32, narrowToF16, widenToF32 } from './float16.ts';
export { isLargeMatrix } from './large-matrix.ts';
export { quantizeBlocks4, quantizeRows8, restoreBlocks4, restoreRows8, roundRows8, rowScale8 } from './quantize.ts';
export { bytesOf, f32View } from './wire.ts';
