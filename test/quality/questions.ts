import type { Dice } from './dice.ts';
import { joined, phraseOf, pluralOf } from './scenes.ts';
import { CELLS, type Cells, COLOURS, colourOf, EMPTY, KINDS, type Kind, SHAPES, shapeOf } from './world.ts';

/** Families of questions that tiny-shapes was trained to answer. */
export const QUESTIONS = ['describe', 'exists', 'count', 'colour', 'shape', 'relation', 'where'] as const;
export type QuestionFamily = (typeof QUESTIONS)[number];

/** A question about a picture, and its one right answer. */
export interface QuestionCase {
  readonly family: QuestionFamily;
  readonly cells: Cells;
  readonly question: string;
  readonly answer: string;
}

const PLACES = ['top left', 'top', 'top right', 'left', 'center', 'right', 'bottom left', 'bottom', 'bottom right'];
const NUMBERS = ['zero', 'one', 'two', 'three', 'four'];

/** A picture of one to four objects with a question of that family. */
export function questionCase(dice: Dice, family: QuestionFamily): QuestionCase {
  for (;;) {
    const cells = lookedAt(dice);
    const asked = ASK[family](dice, cells);
    if (asked) return { family, cells, ...asked };
  }
}

interface Asked {
  readonly question: string;
  readonly answer: string;
}

// One colour of each shape was kept from the training.
const SHOWN = KINDS.filter((kind) => colourOf(kind) !== (3 * shapeOf(kind) + 1) % COLOURS.length);

function lookedAt(dice: Dice): Cells {
  const cells = new Array<Kind>(CELLS).fill(EMPTY);
  const places = dice.sample(
    cells.map((_, cell) => cell),
    1 + dice.below(4)
  );
  for (const place of places) cells[place] = dice.choose(SHOWN);
  return cells;
}

const ASK: Readonly<Record<QuestionFamily, (dice: Dice, cells: Cells) => Asked | undefined>> = {
  describe: (_, cells) => ({ question: 'Describe the image.', answer: descriptionOf(cells) }),
  exists: (dice, cells) => {
    const isThere = dice.below(2) === 0;
    const kind = dice.choose(isThere ? thingsOf(cells) : SHOWN.filter((other) => !cells.includes(other)));
    return { question: `Is there ${nameOf(kind, 'a')}?`, answer: isThere ? 'yes' : 'no' };
  },
  count: (dice, cells) => {
    const shape = shapeOf(dice.choose(thingsOf(cells)));
    const count = thingsOf(cells).filter((kind) => shapeOf(kind) === shape).length;
    return { question: `How many ${pluralOf(shape)} are there?`, answer: NUMBERS[count] as string };
  },
  colour: (dice, cells) => {
    const kind = onlyOne(dice, cells, shapeOf);
    return kind === undefined
      ? undefined
      : { question: `What color is the ${SHAPES[shapeOf(kind)]}?`, answer: COLOURS[colourOf(kind)] as string };
  },
  shape: (dice, cells) => {
    const kind = onlyOne(dice, cells, colourOf);
    return kind === undefined
      ? undefined
      : { question: `What shape is ${COLOURS[colourOf(kind)]}?`, answer: SHAPES[shapeOf(kind)] as string };
  },
  relation: askRelation,
  where: (dice, cells) => {
    const kind = onlyOne(dice, cells, (one) => one);
    return kind === undefined ? undefined : { question: `Where is ${nameOf(kind, 'the')}?`, answer: PLACES[cells.indexOf(kind)] as string };
  }
};

function askRelation(dice: Dice, cells: Cells): Asked | undefined {
  const single = thingsOf(cells).filter((kind, _, all) => all.filter((other) => other === kind).length === 1);
  if (single.length < 2) return undefined;
  const [a, b] = dice.sample(single, 2) as [Kind, Kind];
  const [from, to] = [cells.indexOf(a), cells.indexOf(b)];
  const [right, down] = [(to % 3) - (from % 3), Math.floor(to / 3) - Math.floor(from / 3)];
  if (Math.abs(right) === Math.abs(down)) return undefined;
  const words = Math.abs(right) > Math.abs(down) ? ['to the left of', 'to the right of'] : ['above', 'below'];
  const truth = (Math.abs(right) > Math.abs(down) ? right : down) > 0 ? 0 : 1;
  const isTrue = dice.below(2) === 0;
  const asked = words[isTrue ? truth : 1 - truth];
  return { question: `Is ${nameOf(a, 'the')} ${asked} ${nameOf(b, 'the')}?`, answer: isTrue ? 'yes' : 'no' };
}

// In the order of the cells, alike ones together.
function descriptionOf(cells: Cells): string {
  const things = thingsOf(cells);
  const count = (kind: Kind) => things.filter((other) => other === kind).length;
  return joined([...new Set(things)].map((kind) => phraseOf({ count: count(kind), shape: shapeOf(kind), colour: colourOf(kind) })));
}

function onlyOne(dice: Dice, cells: Cells, of: (kind: Kind) => number): Kind | undefined {
  const things = thingsOf(cells);
  const alone = things.filter((kind) => things.filter((other) => of(other) === of(kind)).length === 1);
  return alone.length === 0 ? undefined : dice.choose(alone);
}

const thingsOf = (cells: Cells): Kind[] => cells.filter((kind) => kind >= 0);

function nameOf(kind: Kind, article: 'a' | 'the'): string {
  const words = `${COLOURS[colourOf(kind)]} ${SHAPES[shapeOf(kind)]}`;
  return article === 'the' ? `the ${words}` : phraseOf({ count: 1, shape: shapeOf(kind), colour: colourOf(kind) });
}
