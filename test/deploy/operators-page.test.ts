import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { documentedValues } from '../../deploy/helm/documented-values.ts';
import { exampleNames } from './support/render.ts';
import { schema } from './support/schema.ts';
import { sizesRow } from './support/sizing.ts';

const DEPLOY = resolve(import.meta.dirname, '../../deploy');
const page = readFileSync(join(DEPLOY, 'README.md'), 'utf8');

/** Cells of the table rows that begin with a name. */
function rowsOf(name: string): string[][] {
  const lines = page.split('\n').filter((line) => line.replace(/^\|\s*/, '').startsWith(name));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  );
}

test.each(['Janus-Pro-1B', 'Janus-Pro-7B'] as const)('the sizes of %s are those of its bundles and caches', (name) => {
  expect(rowsOf(name)).toEqual((['f32', 'w8a8', 'w4'] as const).map((scheme) => sizesRow(name, scheme)));
});

test('installing takes five lines', () => {
  const block = page.split('## Install')[1]?.split('```')[1]?.trim();
  expect(block?.split('\n')).toHaveLength(5);
});

test('every file the page links to is there, and every example is linked to', () => {
  const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link as string);
  expect(links.filter((link) => !existsSync(join(DEPLOY, link)))).toEqual([]);
  for (const name of exampleNames) expect(links).toContain(`helm/janus-mesh/examples/${name}.yaml`);
});

test('every value that the page names is one', () => {
  const known = new Set(documentedValues(schema as object).map(({ path }) => path.join('.')));
  const named = [...page.matchAll(/`((?:services|model|networkPolicy|telemetry|monitoring|frontDoor|image)\.[A-Za-z.]+)`/g)];
  expect(named.length).toBeGreaterThan(8);
  for (const [, path = ''] of named) expect(known, path).toContain(path.replace(/^services\.[a-z-]+/, 'services.<tier>'));
});
