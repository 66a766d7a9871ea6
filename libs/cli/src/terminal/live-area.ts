/** Some lines at the end of a terminal that are drawn again and again in place. They must not be higher than the terminal. */
export class LiveArea {
  readonly #stream: NodeJS.WriteStream;
  #shown = 0; // lines on the screen that belong to this area

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Replaces what is shown. */
  draw(lines: readonly string[]): void {
    const up = this.#shown > 0 ? `\x1b[${this.#shown}A` : '';
    this.#stream.write(`${up}\r\x1b[J${lines.join('\n')}\n`);
    this.#shown = lines.length;
  }

  /** Leaves the last state where it is; what is drawn next starts below. */
  end(): void {
    this.#shown = 0;
  }
}
