import type { MeshClient } from '@janus-mesh/client';
import { type Answer, answer } from '../answer.ts';
import type { AnswerOptions } from '../answer-options.ts';
import { answerReceipt } from '../receipts/answer-receipt.ts';
import type { ResultReceipt } from '../receipts/receipt.ts';
import { writeReceipts } from '../receipts/receipt-file.ts';
import type { PictureFile, Turn } from '../turn.ts';

/** What was said so far, and the answer that is being given. */
export class Conversation {
  readonly #mesh: MeshClient;
  readonly #options: AnswerOptions;
  readonly #receipts: ResultReceipt[] = [];
  #turns: readonly Turn[] = [];
  #pictures: PictureFile[] = [];
  #running: AbortController | undefined;
  /** Seed of the next answers; unset: the mesh chooses. */
  seed: bigint | undefined;

  constructor(mesh: MeshClient, options: AnswerOptions) {
    this.#mesh = mesh;
    this.#options = options;
    this.seed = options.seed;
  }

  /** Adds a picture to the next message. */
  addPicture(picture: PictureFile): void {
    this.#pictures.push(picture);
  }

  /** Forgets everything that was said, and the pictures that were not yet sent. */
  clear(): void {
    this.#turns = [];
    this.#pictures = [];
  }

  /** Stops the answer that is being given. @returns whether there was one */
  stop(): boolean {
    this.#running?.abort();
    return this.#running !== undefined;
  }

  /**
   * Says something and streams the answer. What is refused is forgotten with its pictures; of an answer that was stopped,
   * what had come stays.
   */
  async say(text: string): Promise<Answer> {
    const asked: Turn[] = [...this.#turns, { role: 'user', parts: [...this.#pictures, text] }];
    const options = { ...this.#options, seed: this.seed };
    this.#running = new AbortController();
    try {
      this.#pictures = [];
      const answered = await answer(this.#mesh, asked, options, this.#running.signal);
      if (answered.text !== '') this.#turns = [...asked, { role: 'assistant', parts: [answered.text] }];
      this.#keepReceipt(asked, answered);
      return answered;
    } finally {
      this.#running = undefined;
    }
  }

  #keepReceipt(asked: readonly Turn[], answered: Answer): void {
    const { receipt: file } = this.#options;
    if (file === undefined || answered.finished === undefined) return;
    this.#receipts.push(answerReceipt(asked, this.#options, answered, file));
    writeReceipts(file, this.#receipts);
  }
}
