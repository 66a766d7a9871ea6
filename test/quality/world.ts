/** The world that models/tiny-shapes was trained on: 3×3 cells, one object a cell, each of a shape and a colour. */
export const SHAPES = ['circle', 'square', 'triangle', 'star', 'heart', 'ring', 'cross', 'diamond'] as const;
export const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'black'] as const;

/** Cells of a picture, row after row. */
export const CELLS = 9;

/** What a cell without an object holds. */
export const EMPTY = -1;

/** What `cellsOf` gives where a cell's codes do not make one whole object. */
export const BROKEN = -2;

/** An object: 8 · shape + colour. */
export type Kind = number;

/** Nine cells: an object's kind, EMPTY or BROKEN. */
export type Cells = readonly Kind[];

const QUARTERS = 4;
const GRID = 6;

/** All kinds of objects. */
export const KINDS: readonly Kind[] = Array.from({ length: SHAPES.length * COLOURS.length }, (_, kind) => kind);

/** Index of the shape of a kind. */
export const shapeOf = (kind: Kind): number => Math.floor(kind / 8);

/** Index of the colour of a kind. */
export const colourOf = (kind: Kind): number => kind % 8;

/** The 36 codes that show the cells; a code is the id of the 16×16 patch it paints: 0 is white, then four a kind. */
export function codesOf(cells: Cells): number[] {
  const codes = new Array<number>(GRID * GRID).fill(0);
  cells.forEach((kind, cell) => {
    for (let quarter = 0; quarter < QUARTERS; quarter++) if (kind >= 0) codes[placeOf(cell, quarter)] = 1 + QUARTERS * kind + quarter;
  });
  return codes;
}

/** Reads codes back as cells. @param codes 36, row after row */
export function cellsOf(codes: readonly number[]): Kind[] {
  return Array.from({ length: CELLS }, (_, cell) => {
    const quarters = Array.from({ length: QUARTERS }, (_, quarter) => codes[placeOf(cell, quarter)] as number);
    if (quarters.every((code) => code === 0)) return EMPTY;
    const kind = Math.floor(((quarters[0] as number) - 1) / QUARTERS);
    const isWhole = kind >= 0 && kind < KINDS.length && quarters.every((code, quarter) => code === 1 + QUARTERS * kind + quarter);
    return isWhole ? kind : BROKEN;
  });
}

// Each cell is two codes wide and two high.
function placeOf(cell: number, quarter: number): number {
  const row = 2 * Math.floor(cell / 3) + Math.floor(quarter / 2);
  return row * GRID + 2 * (cell % 3) + (quarter % 2);
}
