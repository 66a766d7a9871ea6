import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Tags, lengths and numbers that one message may have. The largest honest ones, prompts in ids, have some ten thousand. */
const MOST_VALUES = 2 ** 20;

/** Thrown where a message has more values than are read. */
export class TooManyValuesError extends Error {
  constructor() {
    super(`the request has more than ${MOST_VALUES} values`);
  }
}

/**
 * Reads a message, but not one of very many very small parts: two bytes of an empty one become a hundred in memory, so that a
 * message within its limit could take gigabytes, and hold the event loop for as long as that takes.
 */
export class BoundedReader extends BinaryReader {
  #left = MOST_VALUES;

  constructor(bytes: Uint8Array, decodeUtf8: (bytes: Uint8Array) => string) {
    super(bytes, decodeUtf8);
    // Not a method of the class it extends but a field, through which all tags, lengths and elements of lists are read.
    const read = this.uint32;
    this.uint32 = () => {
      if (this.#left-- <= 0) throw new TooManyValuesError();
      return read.call(this);
    };
  }
}
