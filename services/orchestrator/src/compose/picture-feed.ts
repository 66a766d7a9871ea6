import { setTimeout as sleep } from 'node:timers/promises';
import type { EncodeResponse, FeaturesChunk } from '@janus-mesh/contracts';
import type { PromptPicture } from '../prompt/prompt-picture.ts';

/** How features are got. */
export interface PictureFeedOptions {
  /** Encodes one picture; nothing is sent before the first `next()`. */
  readonly encode: (picture: PromptPicture) => AsyncIterator<EncodeResponse, void>;
  /** Pictures that are encoded at the same time. */
  readonly atOnce: number;
  /** Ends the wait for what is needed. */
  readonly signal: AbortSignal;
  /** Told when the encoder is waited for; returns what is told when that is over. */
  readonly onWait: () => () => void;
  /** While a picture is encoded, the transformer is told so each time this long has passed: it waits for no silent caller. In milliseconds. */
  readonly stillMs: number;
}

/** Features of a prompt's pictures, encoded once the transformer says which it needs. */
export class PictureFeed {
  readonly #pictures: ReadonlyMap<string, PromptPicture>;
  readonly #options: PictureFeedOptions;
  readonly #needed: Promise<readonly Uint8Array[]>;
  #tellNeeded: (hashes: readonly Uint8Array[]) => void = () => {};

  constructor(pictures: readonly PromptPicture[], options: PictureFeedOptions) {
    this.#pictures = new Map(pictures.map((picture) => [hex(picture.hash), picture]));
    this.#options = options;
    this.#needed = new Promise((resolve) => {
      this.#tellNeeded = resolve;
      options.signal.addEventListener('abort', () => resolve([]), { once: true });
    });
  }

  /** Says which features are needed; the first call counts. @param hashes those of pictures of this feed */
  need(hashes: readonly Uint8Array[]): void {
    this.#tellNeeded(hashes);
  }

  /**
   * The chunks of all needed features, picture after picture, and between them some without rows that say that the next picture is
   * still being encoded. Waits until `need` was called.
   */
  async *chunks(): AsyncGenerator<FeaturesChunk, void, undefined> {
    const pictures = (await this.#needed).map((hash) => this.#find(hash));
    if (pictures.length === 0) return;
    const waited = this.#options.onWait();
    const started: StartedEncode[] = [];
    for (const [index, picture] of pictures.entries()) {
      for (const next of pictures.slice(started.length, index + this.#options.atOnce)) started.push(this.#start(next));
      const { first, rest } = started[index] ?? this.#start(picture);
      yield* this.#untilSettled(first, picture);
      for (let result = await first; !result.done; result = await rest.next()) {
        const { firstRow, rows } = result.value;
        yield { hash: picture.hash, firstRow, rows };
      }
    }
    waited();
  }

  #start(picture: PromptPicture): StartedEncode {
    const rest = this.#options.encode(picture);
    const first = rest.next();
    first.catch(() => {}); // it may fail before its turn to be read has come: it is thrown there
    return { first, rest };
  }

  async *#untilSettled(work: Promise<unknown>, { hash }: PromptPicture): AsyncGenerator<FeaturesChunk, void, undefined> {
    const settled = work.then(
      () => true,
      () => true
    );
    for (;;) {
      const pause = new AbortController();
      const waiting = sleep(this.#options.stillMs, false, { signal: pause.signal }).catch(() => true);
      const isSettled = await Promise.race([settled, waiting]);
      pause.abort();
      if (isSettled) return;
      yield { hash, firstRow: 0, rows: undefined };
    }
  }

  #find(hash: Uint8Array): PromptPicture {
    const picture = this.#pictures.get(hex(hash));
    if (picture === undefined) throw new RangeError(`the transformer asks for features ${hex(hash)}, which this prompt has not`);
    return picture;
  }
}

interface StartedEncode {
  /** Asked for at once, so that the call is under way. */
  readonly first: Promise<IteratorResult<EncodeResponse, void>>;
  readonly rest: AsyncIterator<EncodeResponse, void>;
}

function hex(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex');
}
