/**
 * The program of a `ReadingThread`, as text, since the program is bundled into one file: a worker of a file of its own would not be found
 * there. Whether all values are finite costs next to nothing while they are widened: adding one to an exponent of all ones carries into
 * the sign's place.
 */
export const READING_CODE = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const OWN_BYTES = 4 << 20;
let hash = createHash('sha256');
let halves;
let own;
function readFully(fd, bytes, offset) {
  for (let filled = 0; filled < bytes.length; ) {
    const read = readSync(fd, bytes, filled, bytes.length - filled, offset + filled);
    if (read === 0) throw new RangeError('the file ends at byte ' + (offset + filled) + ', ' + (offset + bytes.length) + ' are needed');
    filled += read;
  }
}
function isFiniteF32(words) {
  let carries = 0;
  for (let i = 0; i < words.length; i++) carries |= (words[i] & 0x7f800000) + 0x800000;
  return carries >= 0;
}
function widenBf16(stored, words) {
  const pairs = new Uint32Array(stored.buffer, stored.byteOffset, words.length >> 1);
  let carries = 0;
  for (let i = 0, to = 0; i < pairs.length; i++, to += 2) {
    const pair = pairs[i];
    carries |= (pair & 0x7f807f80) + 0x800080;
    words[to] = pair << 16;
    words[to + 1] = pair & 0xffff0000;
  }
  if (words.length & 1) words[words.length - 1] = ((stored[stored.length - 2] | (stored[stored.length - 1] << 8)) << 16);
  return (carries & 0x80008000) === 0 && isFiniteF32(words.subarray(words.length & ~1));
}
function f16ToF32(half) {
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
function widenF16(stored, values) {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => f16ToF32(half));
  const bits = new Uint16Array(stored.buffer, stored.byteOffset, values.length);
  let carries = 0;
  for (let i = 0; i < values.length; i++) {
    const half = bits[i];
    carries |= (half & 0x7c00) + 0x400;
    values[i] = halves[half];
  }
  return (carries & 0x8000) === 0;
}
function widen(dtype, stored, values) {
  if (dtype === 'f16') return widenF16(stored, values);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  if (dtype === 'bf16') return widenBf16(stored, words);
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(stored);
  return isFiniteF32(words);
}
function fill({ fd, offset, dtype, first, stored, values }) {
  readFully(fd, stored, offset);
  if (widen(dtype, stored, values)) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new RangeError('element ' + (first + at) + ' is ' + values[at] + ', weights must be finite');
}
function fillWithout({ fd, offset, dtype, first, values }) {
  own ??= new Uint8Array(OWN_BYTES);
  const width = dtype === 'f32' ? 4 : 2;
  for (let at = 0; at < values.length; at += OWN_BYTES / width) {
    const part = values.subarray(at, at + OWN_BYTES / width);
    fill({ fd, offset: offset + at * width, dtype, first: first + at, stored: own.subarray(0, part.length * width), values: part });
  }
}
parentPort.on('message', (job) => {
  if (!job.values) {
    parentPort.postMessage({ sum: hash.digest('hex') });
    hash = createHash('sha256');
    return;
  }
  try {
    if (job.stored) fill(job);
    else fillWithout(job);
    parentPort.postMessage({});
    if (job.stored) hash.update(new Uint8Array(job.values.buffer, job.values.byteOffset, job.values.byteLength));
  } catch (error) {
    parentPort.postMessage({ error });
  }
});
`;
