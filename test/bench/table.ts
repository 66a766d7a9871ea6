/** A column of a table. */
export interface Column {
  readonly title: string;
  /** @default left */
  readonly align?: 'left' | 'right';
}

/** Rows of text as lines with aligned columns. Columns that are empty in every row are left out. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const shown = columns.flatMap((column, at) => {
    const cells = rows.map((row) => row[at] ?? '');
    return cells.some(Boolean) ? [{ ...column, cells, width: Math.max(column.title.length, ...cells.map(({ length }) => length)) }] : [];
  });
  const line = (cell: (column: (typeof shown)[number]) => string) =>
    shown
      .map((column) => (column.align === 'right' ? cell(column).padStart(column.width) : cell(column).padEnd(column.width)))
      .join('  ')
      .trimEnd();
  return [
    line(({ title }) => title),
    line(({ width }) => '─'.repeat(width)),
    ...rows.map((_, at) => line(({ cells }) => cells[at] as string))
  ];
}
