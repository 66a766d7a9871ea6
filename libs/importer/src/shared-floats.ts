/** Zeros in memory that threads share. */
export function sharedFloats(elements: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(elements * 4));
}
