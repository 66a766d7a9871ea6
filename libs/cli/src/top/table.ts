import { style } from '../terminal/style.ts';
import { COLUMNS, type Column, type Row } from './columns.ts';
import { ratesOf, type Snapshot } from './rates.ts';

const GAP = 2;

/** Where a table is shown. */
export interface TableOptions {
  readonly stream: NodeJS.WriteStream;
  readonly target: string;
  /** Columns of the terminal; Infinity for a pipe. */
  readonly width: number;
  readonly before: Snapshot | undefined;
}

/** The state of a mesh in lines: a summary, then a row for each replica; below one that is not ready, why. */
export function table(now: Snapshot, { stream, target, width, before }: TableOptions): string[] {
  const rows: Row[] = now.status.tiers.flatMap(({ tier, replicas }) =>
    replicas.map((replica) => ({ tier, replica, rates: ratesOf(replica, tier, now, before) }))
  );
  const columns = fitting(rows, width);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ column, size }, at) => pad(cells[at] ?? '', column, size))
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = style(stream, 'bold', cut(line(columns.map(({ column }) => column.title)), width));
  const body = rows.flatMap((row) => {
    const text = cut(line(columns.map(({ column }) => column.text(row))), width);
    if (row.replica.ready) return [text];
    return [style(stream, 'red', text), style(stream, 'gray', cut(`  ${row.replica.reason}`, width))];
  });
  return [cut(summary(now, rows, target), width), '', head, ...body];
}

function summary({ status }: Snapshot, rows: readonly Row[], target: string): string {
  const ready = rows.filter(({ replica }) => replica.ready).length;
  return `mesh ${target}   ${ready} of ${rows.length} replicas ready   model ${status.revision.slice(0, 12)}`;
}

/** The columns that fit, with their widths: the least needed are left out until they do. */
function fitting(rows: readonly Row[], width: number): { column: Column; size: number }[] {
  let columns = COLUMNS.map((column) => ({ column, size: Math.max(column.title.length, ...rows.map((row) => column.text(row).length)) }));
  const total = () => columns.reduce((sum, { size }) => sum + size + GAP, -GAP);
  for (let rank = Math.max(...COLUMNS.map((column) => column.rank)); rank > 0 && total() > width; rank--) {
    columns = columns.filter(({ column }) => column.rank < rank);
  }
  return columns;
}

function pad(text: string, { align }: Column, size: number): string {
  return align === 'right' ? text.padStart(size) : text.padEnd(size);
}

function cut(line: string, width: number): string {
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}
