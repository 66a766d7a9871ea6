import type { FileHandle } from 'node:fs/promises';
import { type DType, dtypeBytes, elementCount } from '@janus-mesh/tensor';
import { readExactly } from './read-chunks.ts';

/** Where a tensor lies in a file. */
export interface TensorExtent {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** Header of a safetensors file. */
export interface SafetensorsHeader {
  /** Its bytes as they stand in the file, the eight of its length included. */
  readonly raw: Uint8Array;
  readonly tensors: ReadonlyMap<string, TensorExtent>;
}

/** A safetensors file whose header can't be; the message names the tensor, not the file. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError';
}

/** The bound the reference implementation sets. */
const HEADER_LIMIT = 100_000_000;

const DTYPES: Readonly<Record<string, DType>> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  I64: 'i64',
  I32: 'i32',
  I8: 'i8',
  U8: 'u8',
  BOOL: 'bool'
};

/**
 * Reads and checks the header: its length, every tensor's dtype, shape and place, and that tensors fill the file without gap or overlap.
 *
 * @throws {SafetensorsError} saying what does not hold
 */
export async function readSafetensorsHeader(file: FileHandle): Promise<SafetensorsHeader> {
  const { size } = await file.stat();
  if (size < 8) throw new SafetensorsError(`has ${size} bytes, a header length alone takes 8`);
  const prefix = await readExactly(file, 0, new Uint8Array(8));
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  const limit = Math.min(size - 8, HEADER_LIMIT);
  if (length > limit) throw new SafetensorsError(`says its header has ${length} bytes, at most ${limit} are possible`);
  const raw = await readExactly(file, 0, new Uint8Array(8 + Number(length)));
  return { raw, tensors: parseHeader(raw, size) };
}

function parseHeader(raw: Uint8Array, fileBytes: number): Map<string, TensorExtent> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw.subarray(8)));
  } catch (error) {
    throw new SafetensorsError('has a header that is no JSON', { cause: error });
  }
  if (!isObject(header)) throw new SafetensorsError('has a header that is no JSON object');
  const tensors = new Map<string, TensorExtent>();
  for (const [name, entry] of Object.entries(header))
    if (name !== '__metadata__') tensors.set(name, parseEntry(name, entry, raw.byteLength));
  checkCover(tensors, raw.byteLength, fileBytes);
  return tensors;
}

function parseEntry(name: string, entry: unknown, dataStart: number): TensorExtent {
  if (!isObject(entry)) throw new SafetensorsError(`describes tensor ${name} by no object`);
  const { dtype: stored, shape, data_offsets: offsets } = entry;
  const dtype = typeof stored === 'string' && Object.hasOwn(DTYPES, stored) ? DTYPES[stored] : undefined;
  if (!dtype) throw new SafetensorsError(`holds tensor ${name} as ${JSON.stringify(stored)}, known are ${Object.keys(DTYPES).join(', ')}`);
  if (!isCounts(shape)) throw new SafetensorsError(`gives tensor ${name} the shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new SafetensorsError(`gives tensor ${name} the offsets ${JSON.stringify(offsets)}`);
  const [begin = 0, end = 0] = offsets;
  const bytes = elementCount(shape) * dtypeBytes(dtype);
  if (end - begin !== bytes)
    throw new SafetensorsError(`gives tensor ${name} ${end - begin} bytes, ${stored} [${shape.join(', ')}] takes ${bytes}`);
  return { dtype, dims: shape, offset: dataStart + begin, bytes };
}

function checkCover(tensors: ReadonlyMap<string, TensorExtent>, dataStart: number, fileBytes: number): void {
  let at = dataStart;
  const inOrder = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes);
  for (const [name, { offset, bytes }] of inOrder) {
    if (offset !== at) throw new SafetensorsError(`puts tensor ${name} at byte ${offset}, expected ${at}`);
    at += bytes;
    if (at > fileBytes) throw new SafetensorsError(`has ${fileBytes} bytes, but tensor ${name} ends at byte ${at}`);
  }
  if (at !== fileBytes) throw new SafetensorsError(`has ${fileBytes} bytes, but its last tensor ends at byte ${at}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
