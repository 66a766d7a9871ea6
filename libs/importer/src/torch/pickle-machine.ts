import { TorchFileError } from './torch-file-error.ts';

/** A Python tuple. Lists are arrays, dicts are maps, None is null, whole numbers that don't fit are bigints. */
export class Tuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A function or class that a pickle names and that the host knows. */
export interface Callable {
  /** As the pickle names it: `module.name`. */
  readonly name: string;
  /** @throws {TorchFileError} if the arguments are not those it takes */
  readonly call: (args: readonly unknown[]) => unknown;
}

/** What a pickle may refer to. */
export interface PickleHost {
  /** @throws for everything that is not known: nothing is ever imported or run */
  find(module: string, name: string): Callable;
  /** The object behind a persistent id. @throws {TorchFileError} if there is none */
  persistent(id: unknown): unknown;
}

const MARK = Symbol('mark');

/** The machine a pickle is a program for: a cursor over its bytes, a stack with marks, a memo. */
export class PickleMachine {
  readonly host: PickleHost;
  readonly memo = new Map<number, unknown>();
  readonly #view: Buffer;
  readonly #stack: unknown[] = [];
  #at = 0;

  constructor(bytes: Uint8Array, host: PickleHost) {
    this.#view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.host = host;
  }

  /** Where the next byte is read. */
  get position(): number {
    return this.#at;
  }

  /** The next `count` bytes. @throws {TorchFileError} if there are not so many */
  take(count: number | bigint): Buffer {
    const end = this.#at + Number(count);
    if (!(end >= this.#at && end <= this.#view.byteLength))
      throw new TorchFileError(`is cut off: ${count} bytes are due at byte ${this.#at} of ${this.#view.byteLength}`);
    const bytes = this.#view.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  /** The next line, without its end. */
  line(): string {
    const end = this.#view.indexOf(10, this.#at);
    if (end < 0) throw new TorchFileError(`is cut off in a line that starts at byte ${this.#at}`);
    const bytes = this.take(end - this.#at);
    this.take(1);
    return bytes.toString('utf8');
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  mark(): void {
    this.#stack.push(MARK);
  }

  pop(): unknown {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw new TorchFileError(`takes from an empty stack at byte ${this.#at}`);
    return value;
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** Takes what was pushed since the last mark, and the mark. */
  popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw new TorchFileError(`takes from a mark that is not there at byte ${this.#at}`);
    const items = this.#stack.splice(at);
    return items.slice(1);
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new TorchFileError(`refers to ${index}, which it never remembered, at byte ${this.#at}`);
    this.push(value);
  }
}
