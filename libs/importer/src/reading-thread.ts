import { Worker } from 'node:worker_threads';
import type { FloatType } from './checkpoint/located-tensor.ts';

/** As text, since the program is bundled into one file: a worker of a file of its own would not be found there. */
const CODE = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
let hash = createHash('sha256');
let halves;
function f16ToF32(half) {
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
function readFully(fd, stored, offset) {
  for (let filled = 0; filled < stored.length; ) {
    const read = readSync(fd, stored, filled, stored.length - filled, offset + filled);
    if (read === 0) throw new RangeError('the file ends at byte ' + (offset + filled) + ', ' + (offset + stored.length) + ' are needed');
    filled += read;
  }
}
function widen(dtype, stored, values) {
  if (dtype === 'f32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(stored);
  const bits = new Uint16Array(stored.buffer, stored.byteOffset, values.length);
  if (dtype === 'bf16') {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < words.length; i++) words[i] = bits[i] << 16;
    return;
  }
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => f16ToF32(half));
  for (let i = 0; i < values.length; i++) values[i] = halves[bits[i]];
}
parentPort.on('message', ({ fd, offset, dtype, stored, values }) => {
  if (!stored) {
    parentPort.postMessage({ sum: hash.digest('hex') });
    hash = createHash('sha256');
    return;
  }
  try {
    readFully(fd, stored, offset);
    widen(dtype, stored, values);
    parentPort.postMessage({});
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  } catch (error) {
    parentPort.postMessage({ error });
  }
});
`;

/** A stretch of a file to read, and memory for it. */
export interface ReadingJob {
  readonly fd: number;
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly dtype: FloatType;
  /** Filled with the bytes as they are stored; shared memory. */
  readonly stored: Uint8Array;
  /** Filled with the same as f32; shared memory. */
  readonly values: Float32Array;
}

interface Answer {
  readonly sum?: string;
  readonly error?: Error;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * Reads floats, widens them to f32 and takes the sum of that on a thread of its own, in the order of its calls: half of an import's
 * arithmetic, beside the half that lays out and quantises.
 */
export class ReadingThread {
  readonly #worker = new Worker(CODE, { eval: true, execArgv: [] });
  readonly #waiting: Waiting[] = [];

  constructor() {
    this.#worker.on('message', (answer: Answer) => {
      const { resolve, reject } = this.#waiting.shift() as Waiting;
      if (answer.error) reject(answer.error);
      else resolve(answer);
    });
    this.#worker.on('error', (error: Error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** Fills the job's memory. Its sum is taken afterwards: the memory must not change before the next job is done. @throws {RangeError} if the file ends before */
  async read(job: ReadingJob): Promise<void> {
    await this.#post(job);
  }

  /** The sha256 of all values since the last sum, in hexadecimal digits. */
  async sum(): Promise<string> {
    const { sum } = await this.#post({});
    return sum as string;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: Partial<ReadingJob>): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#worker.postMessage(message);
    return answer;
  }
}
