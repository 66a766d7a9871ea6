import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkCodes, type Relation } from './check.ts';
import { cellsOf, codesOf } from './world.ts';

interface Verdict {
  readonly how: string;
  readonly items: readonly (readonly [count: number, shape: number, colour: number | null])[];
  readonly relation: Relation | null;
  readonly codes: readonly number[];
  readonly right: boolean;
}

// What the verifier the model was trained with said of 120 pictures, right ones and spoiled ones.
const verdicts: readonly Verdict[] = JSON.parse(readFileSync(join(import.meta.dirname, 'verdicts.json'), 'utf8'));

test('the check gives the verdicts of the verifier the model was trained with', () => {
  const given = verdicts.map(({ codes, items, relation }) =>
    checkCodes(codes, {
      items: items.map(([count, shape, colour]) => ({ count, shape, colour: colour ?? undefined })),
      relation: relation ?? undefined
    })
  );
  expect(given).toEqual(verdicts.map(({ right }) => right));
  expect(given.filter(Boolean)).toHaveLength(56);
});

test('codes are read back as the cells they show', () => {
  const cells = [-1, 0, 63, 17, -1, -1, 5, -1, 40];
  expect(cellsOf(codesOf(cells))).toEqual(cells);
});
