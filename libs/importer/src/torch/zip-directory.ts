import type { FileHandle } from 'node:fs/promises';
import { type FileRange, readExactly } from '@janus-mesh/bundle';
import { TorchFileError } from './torch-file-error.ts';

/** An entry of a zip's central directory. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  /** Where its local header starts. */
  readonly headerOffset: number;
}

const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const DIRECTORY_LIMIT = 64 * 2 ** 20;

/**
 * Reads a zip's central directory, zip64 included. Sizes are taken from there: local headers may leave them to descriptors.
 *
 * @throws {TorchFileError} if it is no zip, is cut off, or holds compressed or encrypted entries
 */
export async function readZipDirectory(file: FileHandle): Promise<Map<string, ZipEntry>> {
  const { size } = await file.stat();
  const { offset, bytes, count } = await findDirectory(file, size);
  if (bytes > DIRECTORY_LIMIT || offset + bytes > size)
    throw new TorchFileError(`has a central directory of ${bytes} bytes at ${offset}, the file has ${size}`);
  const directory = Buffer.from(await readExactly(file, offset, new Uint8Array(bytes)));
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at < bytes; ) {
    const { entry, next } = readEntry(directory, at);
    if (entries.has(entry.name)) throw new TorchFileError(`has two entries ${entry.name}`);
    entries.set(entry.name, entry);
    at = next;
  }
  if (entries.size !== count) throw new TorchFileError(`has ${entries.size} entries, its end record says ${count}`);
  return entries;
}

/**
 * Finds an entry's contents, past its local header, whose length is its own.
 *
 * @throws {TorchFileError} if the header is not there or the contents reach over the end of the file
 */
export async function locateEntry(file: FileHandle, entry: ZipEntry): Promise<FileRange> {
  const { size } = await file.stat();
  if (entry.headerOffset + 30 > size) throw new TorchFileError(`has ${size} bytes, entry ${entry.name} starts at ${entry.headerOffset}`);
  const header = Buffer.from(await readExactly(file, entry.headerOffset, new Uint8Array(30)));
  if (header.readUInt32LE(0) !== 0x04034b50)
    throw new TorchFileError(`has no local header for entry ${entry.name} at byte ${entry.headerOffset}`);
  const offset = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (offset + entry.bytes > size) throw new TorchFileError(`has ${size} bytes, entry ${entry.name} ends at ${offset + entry.bytes}`);
  return { offset, bytes: entry.bytes };
}

async function findDirectory(file: FileHandle, size: number) {
  if (size < END_BYTES) throw new TorchFileError(`has ${size} bytes, less than an empty zip`);
  const tailBytes = Math.min(size, END_BYTES + LONGEST_COMMENT);
  const tail = Buffer.from(await readExactly(file, size - tailBytes, new Uint8Array(tailBytes)));
  let at = tailBytes - END_BYTES;
  while (at >= 0 && !(tail.readUInt32LE(at) === 0x06054b50 && at + END_BYTES + tail.readUInt16LE(at + 20) === tailBytes)) at--;
  if (at < 0) throw new TorchFileError('is no zip file, or is cut off: it has no end record');
  const record = { count: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
  const isZip64 = record.count === 0xffff || record.bytes === 0xffffffff || record.offset === 0xffffffff;
  return isZip64 ? await findZip64Directory(file, size - tailBytes + at) : record;
}

async function findZip64Directory(file: FileHandle, endRecordAt: number) {
  const { size } = await file.stat();
  const locator = Buffer.from(await readExactly(file, Math.max(0, endRecordAt - 20), new Uint8Array(20)));
  const at = Number(locator.readBigUInt64LE(8));
  if (locator.readUInt32LE(0) !== 0x07064b50 || at + 56 > size)
    throw new TorchFileError('is a zip64 file without a locator of its end record');
  const record = Buffer.from(await readExactly(file, at, new Uint8Array(56)));
  if (record.readUInt32LE(0) !== 0x06064b50) throw new TorchFileError(`has no zip64 end record at byte ${at}`);
  return {
    count: Number(record.readBigUInt64LE(32)),
    bytes: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48))
  };
}

function readEntry(directory: Buffer, at: number): { entry: ZipEntry; next: number } {
  if (at + 46 > directory.byteLength || directory.readUInt32LE(at) !== 0x02014b50)
    throw new TorchFileError(`has a broken central directory at byte ${at}`);
  const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
  const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
  const next = extraEnd + directory.readUInt16LE(at + 32);
  if (next > directory.byteLength) throw new TorchFileError(`has a broken central directory at byte ${at}`);
  const name = directory.toString('utf8', at + 46, nameEnd);
  if (directory.readUInt16LE(at + 8) & 1) throw new TorchFileError(`has an encrypted entry ${name}`);
  if (directory.readUInt16LE(at + 10) !== 0) throw new TorchFileError(`has a compressed entry ${name}; torch stores them uncompressed`);
  const sizes = {
    stored: directory.readUInt32LE(at + 20),
    bytes: directory.readUInt32LE(at + 24),
    headerOffset: directory.readUInt32LE(at + 42)
  };
  const { stored, bytes, headerOffset } = widened(sizes, directory.subarray(nameEnd, extraEnd), name);
  if (stored !== bytes) throw new TorchFileError(`stores entry ${name} of ${bytes} bytes in ${stored}`);
  return { entry: { name, bytes, headerOffset }, next };
}

/** Fields that are all ones stand in the zip64 extra field, in the order size, stored size, offset. */
function widened(sizes: { stored: number; bytes: number; headerOffset: number }, extra: Buffer, name: string) {
  const result = { ...sizes };
  const wide = (['bytes', 'stored', 'headerOffset'] as const).filter((key) => sizes[key] === 0xffffffff);
  if (wide.length === 0) return result;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1 || at + 4 + wide.length * 8 > extra.byteLength) continue;
    for (const [i, key] of wide.entries()) result[key] = Number(extra.readBigUInt64LE(at + 4 + i * 8));
    return result;
  }
  throw new TorchFileError(`has entry ${name} without its zip64 sizes`);
}
