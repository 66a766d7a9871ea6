import { koffi } from './ffi.ts';

/** C strings in one block, and the `char **` array that points to them. Both must stay alive as long as C reads them. */
export interface NameArray {
  readonly pointers: BigUint64Array;
  readonly block: Uint8Array;
}

/** Lays names out as C wants an array of strings. */
export function nameArray(names: readonly string[]): NameArray {
  const block = new TextEncoder().encode(names.map((name) => `${name}\0`).join(''));
  const pointers = new BigUint64Array(names.length);
  const start = koffi.address(block);
  let offset = 0;
  names.forEach((name, i) => {
    pointers[i] = start + BigInt(offset);
    offset += Buffer.byteLength(name) + 1;
  });
  return { pointers, block };
}
