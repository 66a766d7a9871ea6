import { Worker } from 'node:worker_threads';
import type { FloatType } from './checkpoint/located-tensor.ts';
import { READING_CODE } from './reading-code.ts';

/** A stretch of a file to read, and memory for it. */
export interface ReadingJob {
  readonly fd: number;
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly dtype: FloatType;
  /** Which element of its tensor is the first, for messages. */
  readonly first: number;
  /** Filled with the elements as f32; shared memory. */
  readonly values: Float32Array;
}

/** A stretch of which the sum is taken too. */
export interface SummedJob extends ReadingJob {
  /** Filled with the bytes as they are stored; shared memory from a multiple of 4 bytes on. */
  readonly stored: Uint8Array;
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
  readonly #worker = new Worker(READING_CODE, { eval: true, execArgv: [] });
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

  /**
   * Fills the job's memory. If it has a sum, that is taken afterwards: the memory must not change before the next job is done.
   *
   * @throws {RangeError} if the file ends before, or an element is NaN or infinite
   */
  async read(job: ReadingJob | SummedJob): Promise<void> {
    await this.#post(job);
  }

  /** The sha256 of all values that were read with a sum since the last one, in hexadecimal digits. */
  async sum(): Promise<string> {
    const { sum } = await this.#post({});
    return sum as string;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: Partial<SummedJob>): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#worker.postMessage(message);
    return answer;
  }
}
