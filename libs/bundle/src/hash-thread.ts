import { Worker } from 'node:worker_threads';

/** As text, since the program is bundled into one file: a worker of a file of its own would not be found there. */
const CODE = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
let hash = createHash('sha256');
let buffer;
function updateFrom({ fd, offset, bytes }) {
  buffer ??= Buffer.allocUnsafeSlow(4 << 20);
  for (const end = offset + bytes; offset < end; ) {
    const read = readSync(fd, buffer, 0, Math.min(buffer.length, end - offset), offset);
    if (read === 0) throw new RangeError('the file ends at byte ' + offset + ', ' + end + ' are needed');
    hash.update(buffer.subarray(0, read));
    offset += read;
  }
}
parentPort.on('message', ({ bytes, range }) => {
  if (bytes) hash.update(bytes);
  else if (range) updateFrom(range);
  if (bytes || range) return parentPort.postMessage('');
  parentPort.postMessage(hash.digest('hex'));
  hash = createHash('sha256');
});
`;

/** A part of an open file, by its descriptor. */
export interface DescriptorRange {
  readonly fd: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Takes sha256 sums on a thread of its own, in the order of its calls. */
export class HashThread {
  readonly #worker = new Worker(CODE, { eval: true, execArgv: [] });
  readonly #waiting: { resolve: (sum: string) => void; reject: (error: Error) => void }[] = [];
  #fault: Error | undefined;

  constructor() {
    this.#worker.on('message', (sum: string) => this.#waiting.shift()?.resolve(sum));
    this.#worker.on('error', (error: Error) => {
      this.#fault = error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** Takes bytes in. They must not change before this settles. @param bytes in shared memory, else they are copied first */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#post({ bytes });
  }

  /** Takes a part of a file in, which must stay open. @throws {RangeError} if the file ends before it does */
  async updateFrom(range: DescriptorRange): Promise<void> {
    await this.#post({ range });
  }

  /** The sum of all that was taken in since the last one, in hexadecimal digits. */
  async digest(): Promise<string> {
    return await this.#post({});
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: { bytes?: Uint8Array; range?: DescriptorRange }): Promise<string> {
    if (this.#fault) return Promise.reject(this.#fault);
    const answer = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#worker.postMessage(message);
    return answer;
  }
}
