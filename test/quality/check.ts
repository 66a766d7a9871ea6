import { BROKEN, type Cells, cellsOf, colourOf, shapeOf } from './world.ts';

/** Where the first object lies, as seen from the second. */
export type Relation = 'left' | 'right' | 'above' | 'below';

/** So many objects of a shape, of a colour where one is asked for. */
export interface Item {
  readonly count: number;
  readonly shape: number;
  readonly colour: number | undefined;
}

/** What a picture must show: these objects and no others, the first two (one of each) in that relation. */
export interface SceneSpec {
  readonly items: readonly Item[];
  readonly relation: Relation | undefined;
}

interface Thing {
  readonly kind: number;
  readonly column: number;
  readonly row: number;
}

/**
 * Whether drawn codes show exactly what was asked: every cell whole, each object wanted, none besides, the relation true.
 *
 * @param codes 36 code ids, row after row
 */
export function checkCodes(codes: readonly number[], spec: SceneSpec): boolean {
  const cells = cellsOf(codes);
  return !cells.includes(BROKEN) && checkCells(cells, spec);
}

/** As `checkCodes`, on cells. */
export function checkCells(cells: Cells, { items, relation }: SceneSpec): boolean {
  const things = cells.flatMap((kind, cell): Thing[] => (kind < 0 ? [] : [{ kind, column: cell % 3, row: Math.floor(cell / 3) }]));
  const wanted = items.flatMap(({ count, ...item }) => Array.from({ length: count }, () => item));
  if (things.length !== wanted.length) return false;
  return orders(things).some((order) => order.every((thing, i) => fits(thing, wanted[i])) && isRelated(order, relation));
}

function fits({ kind }: Thing, wanted: Omit<Item, 'count'> | undefined): boolean {
  if (!wanted || shapeOf(kind) !== wanted.shape) return false;
  return wanted.colour === undefined || colourOf(kind) === wanted.colour;
}

// The nearer axis decides: a thing as much below as left of another is neither.
function isRelated([first, second]: readonly Thing[], relation: Relation | undefined): boolean {
  if (relation === undefined) return true;
  if (!first || !second) return false;
  const [right, down] = [second.column - first.column, second.row - first.row];
  const distance = { left: right, right: -right, above: down, below: -down }[relation];
  const sideways = Math.abs(relation === 'left' || relation === 'right' ? down : right);
  return distance > 0 && distance > sideways;
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
