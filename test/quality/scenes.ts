import type { Item, Relation, SceneSpec } from './check.ts';
import type { Dice } from './dice.ts';
import { COLOURS, colourOf, KINDS, SHAPES, shapeOf } from './world.ts';

/** What drawing prompts ask for, after GenEval's tasks. */
export const TASKS = ['single', 'two', 'counting', 'colours', 'position', 'attribution'] as const;
export type Task = (typeof TASKS)[number];

/** A drawing prompt and what the picture must show. */
export interface DrawingCase {
  readonly task: Task;
  readonly prompt: string;
  readonly spec: SceneSpec;
}

const RELATIONS: Readonly<Record<Relation, string>> = { left: 'to the left of', right: 'to the right of', above: 'above', below: 'below' };
const NUMBERS = ['zero', 'one', 'two', 'three', 'four'];

/** A prompt of a task, as the model was trained on: one pair of objects in ten was kept from it, and is not asked for. */
export function drawingCase(dice: Dice, task: Task): DrawingCase {
  const items = drawnItems(dice, task);
  const relation = task === 'position' ? dice.choose(Object.keys(RELATIONS) as Relation[]) : undefined;
  return { task, prompt: captionOf({ items, relation }), spec: { items, relation } };
}

function drawnItems(dice: Dice, task: Task): Item[] {
  const kind = dice.choose(KINDS);
  const isColoured = task === 'colours' || task === 'attribution' || ((task === 'counting' || task === 'position') && dice.below(2) === 0);
  const item = (of: number, count = 1): Item => ({ count, shape: shapeOf(of), colour: isColoured ? colourOf(of) : undefined });
  if (task === 'single' || task === 'colours') return [item(kind)];
  if (task === 'counting') return [item(kind, 2 + dice.below(3))];
  const second = dice.choose(KINDS.filter((other) => isPair(kind, other, task)));
  return [item(kind), item(second)];
}

// Two of one shape can be told apart only where colours are asked for.
function isPair(a: number, b: number, task: Task): boolean {
  return a !== b && (task === 'attribution' || shapeOf(a) !== shapeOf(b)) && !isHeldBack(a, b);
}

/** Whether a pair was kept from the training. */
function isHeldBack(a: number, b: number): boolean {
  const key = BigInt(Math.min(a, b) * KINDS.length + Math.max(a, b));
  return ((key * 2_654_435_761n) % 2n ** 32n) % 1000n < 100n;
}

/** The words for what is asked: "two red hearts and a blue ring". */
export function captionOf({ items, relation }: SceneSpec): string {
  const phrases = items.map(phraseOf);
  return relation ? `${phrases[0]} ${RELATIONS[relation]} ${phrases[1]}` : joined(phrases);
}

/** The words for one kind of thing: "a red circle", "three rings". */
export function phraseOf({ count, shape, colour }: Item): string {
  const noun = count === 1 ? (SHAPES[shape] as string) : pluralOf(shape);
  const words = colour === undefined ? noun : `${COLOURS[colour]} ${noun}`;
  if (count > 1) return `${NUMBERS[count]} ${words}`;
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}

/** "circles", "crosses". */
export function pluralOf(shape: number): string {
  const noun = SHAPES[shape] as string;
  return noun === 'cross' ? 'crosses' : `${noun}s`;
}

/** "a, b and c". */
export function joined(phrases: readonly string[]): string {
  return phrases.length < 2 ? (phrases[0] ?? '') : `${phrases.slice(0, -1).join(', ')} and ${phrases.at(-1)}`;
}
