import { NativeObject } from './native-object.ts';
import { RuntimeError } from './runtime-error.ts';

/** Memory at an address that does not change, for values to lie over: it is there as long as one of them lives. */
export abstract class AddressedMemory extends NativeObject {
  abstract readonly byteLength: number;

  /** Where the first byte lies. */
  protected abstract get start(): bigint;

  /** What it is, for messages. */
  protected abstract get place(): string;

  /** Where a byte lies. @throws {RuntimeError} ARGUMENT if it is not inside the memory, RELEASED */
  address(offset: number): bigint {
    this.assertRange(offset, 0);
    return this.start + BigInt(offset);
  }

  /** @throws {RuntimeError} ARGUMENT if a range of addresses is not inside the memory, RELEASED */
  assertWithin(address: bigint, byteLength: number): void {
    this.assertRange(Number(address - this.start), byteLength);
  }

  /** @throws {RuntimeError} ARGUMENT if a range is not inside the memory, RELEASED */
  protected assertRange(offset: number, byteLength: number): void {
    this.assertUsable();
    const isInside = Number.isSafeInteger(offset) && offset >= 0 && byteLength >= 0 && offset + byteLength <= this.byteLength;
    if (!isInside) {
      throw new RuntimeError(
        'ARGUMENT',
        `bytes ${offset} to ${offset + byteLength} are not inside ${this.place} of ${this.byteLength} bytes`
      );
    }
  }
}
