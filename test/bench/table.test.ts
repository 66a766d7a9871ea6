import { expect, test } from 'vitest';
import { tableLines } from './table.ts';

test('a table aligns its columns and leaves out the empty ones', () => {
  const columns = [{ title: 'what' }, { title: 'ms', align: 'right' }, { title: 'note' }] as const;
  expect(
    tableLines(columns, [
      ['step', '51.2', ''],
      ['whole picture', '9', '']
    ])
  ).toEqual(['what             ms', '─────────────  ────', 'step           51.2', 'whole picture     9']);
});
