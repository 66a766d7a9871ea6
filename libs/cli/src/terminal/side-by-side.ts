/** Lines of a picture on a terminal. */
export interface Block {
  /** Characters each line takes, colours aside. */
  readonly columns: number;
  readonly lines: readonly string[];
}

/** Puts blocks beside each other, two blanks between. */
export function sideBySide(blocks: readonly Block[]): string[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    blocks
      .map(({ lines, columns }) => lines[at] ?? ' '.repeat(columns))
      .join('  ')
      .trimEnd()
  );
}
