import type { MeshError } from '../errors/mesh-error.ts';
import type { ServedCall } from './served-call.ts';

/** The calls of a server that are on the wire or whose handler runs. */
export class Calls {
  readonly #open = new Map<string, { readonly call: ServedCall; parts: number }>();
  readonly #prefix: string;
  #lastId = 0;
  #whenIdle: (() => void)[] = [];

  /** @param prefix of the keys, another one for each group of calls */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** A key no other call of this server has. */
  nextId(): string {
    this.#lastId += 1;
    return `${this.#prefix}${this.#lastId}`;
  }

  /** Calls that are not over. */
  get size(): number {
    return this.#open.size;
  }

  get(id: string): ServedCall | undefined {
    return this.#open.get(id)?.call;
  }

  /** One part of a call begins: its stream, or its handler. */
  enter(call: ServedCall): void {
    const entry = this.#open.get(call.id);
    if (entry === undefined) this.#open.set(call.id, { call, parts: 1 });
    else entry.parts += 1;
  }

  /** One part is over. */
  leave(call: ServedCall): void {
    const entry = this.#open.get(call.id);
    if (entry === undefined) return;
    entry.parts -= 1;
    if (entry.parts > 0) return;
    this.#open.delete(call.id);
    if (this.#open.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  abortAll(error: MeshError): void {
    for (const { call } of [...this.#open.values()]) call.abort(error);
  }

  /** Waits until no call is left. @returns whether that came before the time was over */
  async idle(timeoutMs: number): Promise<boolean> {
    if (this.#open.size === 0) return true;
    const { promise, resolve } = deferred<boolean>();
    const onIdle = () => resolve(true);
    this.#whenIdle.push(onIdle);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const isIdle = await promise;
    clearTimeout(timer);
    this.#whenIdle = this.#whenIdle.filter((other) => other !== onIdle);
    return isIdle;
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
