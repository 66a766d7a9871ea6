/** Some lines at the end of a terminal that are drawn again and again in place. On anything but a terminal only the last state is written. */
export class LiveArea {
  readonly #stream: NodeJS.WriteStream;
  #shown = 0; // lines on the screen that belong to this area
  #last: readonly string[] = [];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Replaces what is shown. */
  draw(lines: readonly string[]): void {
    this.#last = lines;
    if (!this.#stream.isTTY) return;
    const up = this.#shown > 0 ? `\x1b[${this.#shown}A` : '';
    this.#stream.write(`${up}\r\x1b[J${lines.join('\n')}\n`);
    this.#shown = lines.length;
  }

  /** Leaves the last state where it is; what is drawn next starts below. */
  end(): void {
    if (!this.#stream.isTTY && this.#last.length > 0) this.#stream.write(`${this.#last.join('\n')}\n`);
    this.#shown = 0;
    this.#last = [];
  }
}
