/** How a zip is written. */
export interface ZipOptions {
  /** Sizes and offsets in zip64 fields, as above 4 GiB, and a zip64 end record. */
  readonly zip64?: boolean;
  /** Compression method written in the headers; nothing is compressed. */
  readonly method?: number;
}

const WIDE = 0xffffffff;

/** Writes a zip of stored entries. Checksums are left 0: nothing here reads them. */
export function writeZip(entries: readonly (readonly [string, Uint8Array])[], { zip64 = false, method = 0 }: ZipOptions = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of entries) {
    directory.push(directoryEntry(name, bytes.byteLength, at, { zip64, method }));
    const header = localHeader(name, bytes.byteLength, method);
    parts.push(header, Buffer.from(bytes));
    at += header.byteLength + bytes.byteLength;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...parts, central, ...endRecords(entries.length, central.byteLength, at, zip64)]);
}

function localHeader(name: string, size: number, method: number): Buffer {
  const padding = 64 - ((30 + name.length + 4) % 64); // torch aligns contents with a padding field
  const header = Buffer.alloc(30 + name.length + 4 + padding);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(size, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(4 + padding, 28);
  header.write(name, 30);
  header.write('FB', 30 + name.length);
  header.writeUInt16LE(padding, 32 + name.length);
  return header;
}

function directoryEntry(name: string, size: number, offset: number, { zip64, method }: Required<ZipOptions>): Buffer {
  const extra = zip64 ? Buffer.alloc(28) : Buffer.alloc(0);
  if (zip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [i, value] of [size, size, offset].entries()) extra.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  }
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(zip64 ? WIDE : size, 20);
  entry.writeUInt32LE(zip64 ? WIDE : size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(extra.byteLength, 30);
  entry.writeUInt32LE(zip64 ? WIDE : offset, 42);
  return Buffer.concat([entry, Buffer.from(name), extra]);
}

function endRecords(count: number, bytes: number, offset: number, zip64: boolean): Buffer[] {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : count, 8);
  end.writeUInt16LE(zip64 ? 0xffff : count, 10);
  end.writeUInt32LE(zip64 ? WIDE : bytes, 12);
  end.writeUInt32LE(zip64 ? WIDE : offset, 16);
  if (!zip64) return [end];
  const wide = Buffer.alloc(56);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  for (const [i, value] of [count, count, bytes, offset].entries()) wide.writeBigUInt64LE(BigInt(value), 24 + i * 8);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return [wide, locator, end];
}
