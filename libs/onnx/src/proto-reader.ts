/** One field of a protobuf message. */
export interface ProtoField {
  readonly number: number;
  /** What it holds, where that is bytes, a string or a message. Numbers have none. */
  readonly bytes: Uint8Array | undefined;
  /** The field as it stands, its tag included. */
  readonly whole: Uint8Array;
}

const BYTES = 2;
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/**
 * The fields of a protobuf message, in order; views of its bytes.
 *
 * @throws {RangeError} if the message ends inside a field, or has one of an unknown kind
 */
export function* protoFields(message: Uint8Array): Generator<ProtoField> {
  const reader = new VarintReader(message);
  while (reader.at < message.byteLength) {
    const start = reader.at;
    const tag = reader.next();
    const wireType = tag % 8;
    let bytes: Uint8Array | undefined;
    if (wireType === 0) reader.next();
    else if (wireType === BYTES) {
      const length = reader.next();
      bytes = message.subarray(reader.at, reader.at + length);
      reader.skip(length);
    } else reader.skip(FIXED_BYTES[wireType] ?? Number.NaN);
    yield { number: Math.floor(tag / 8), bytes, whole: message.subarray(start, reader.at) };
  }
}

class VarintReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  // Lengths and tags are exact; of longer numbers only the end matters.
  next(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      this.skip(1);
      const byte = this.#bytes[this.at - 1] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  skip(count: number): void {
    if (!(this.at + count <= this.#bytes.byteLength)) throw new RangeError(`a protobuf message ends or breaks at byte ${this.at}`);
    this.at += count;
  }
}
