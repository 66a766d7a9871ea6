import type { AddressedMemory } from '../addressed-memory.ts';
import { koffi } from '../ffi.ts';

/** The bytes of a range, in place. They must not be touched any more once the memory is gone: that ends the process. */
export function bytesOfMemory(memory: AddressedMemory, offset: number, byteLength: number): Uint8Array<ArrayBuffer> {
  memory.assertWithin(memory.address(offset), byteLength);
  return new Uint8Array(koffi.view(memory.address(offset), byteLength));
}
