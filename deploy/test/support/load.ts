import { collectPictures, type MeshClient } from '@janus-mesh/client';

/** Drawings that are asked for one after the other by several callers, each with a prompt of its own. */
export class Load {
  readonly #client: MeshClient;
  readonly #failures: string[] = [];
  #started = 0;
  #done = 0;

  constructor(client: MeshClient) {
    this.#client = client;
  }

  get started(): number {
    return this.#started;
  }

  /** Drawings that came whole. */
  get done(): number {
    return this.#done;
  }

  /** What went wrong, one line a drawing. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Draws until `isEnough` says so before a drawing, with so many callers. */
  async run(callers: number, isEnough: (started: number) => boolean): Promise<void> {
    const call = async () => {
      while (!isEnough(this.#started)) await this.#draw(this.#started++);
    };
    await Promise.all(Array.from({ length: callers }, call));
  }

  async #draw(number: number): Promise<void> {
    try {
      const [picture] = await collectPictures(this.#client.generateImage({ prompt: `a red circle ${number}`, seed: BigInt(number) }));
      if (picture === undefined || picture.data.length === 0) throw new Error('no picture came');
      this.#done += 1;
    } catch (error) {
      this.#failures.push(`drawing ${number}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
