import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { documentedValues } from '../../deploy/helm/documented-values.ts';
import { exampleNames } from './support/render.ts';
import { schema } from './support/schema.ts';
import { layerBytes, sizesRow } from './support/sizing.ts';

const DEPLOY = resolve(import.meta.dirname, '../../deploy');
const page = readFileSync(join(DEPLOY, 'README.md'), 'utf8');
const readme = readFileSync(join(DEPLOY, '../README.md'), 'utf8');
/** Steps that a picture takes. */
const CODES = 576;

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

/** Milliseconds of a decode step of 1, 2 and 16 rows, as the project's README has them. */
function stepsOf(form: string): number[] {
  const row = readme.split('\n').find((line) => line.startsWith(`| janus-mesh ${form} `)) ?? '';
  const [one, two, , , sixteen] = row.split('|').slice(2, -1).map(Number);
  return [one, two, sixteen] as number[];
}

test("what a pod of two cores does is arithmetic on the README's steps", () => {
  const rows = ['w8a8', 'w4', 'w4 b128'].map(stepsOf).map(([one = 0, two = 0, sixteen = 0]) => {
    const eight = (CODES * sixteen) / 1000;
    return {
      step: `${one} / ${two} / ${sixteen} ms`,
      text: `${Math.round(1000 / one)} / ${Math.round(16_000 / sixteen)}`,
      alone: `${Math.round((CODES * two) / 1000)} s`,
      eight: `${eight.toFixed(0)} s, one each ${(eight / 8).toFixed(0)} s`
    };
  });
  const cells = (row: string) =>
    rowsOf(row)[0]
      ?.slice(1)
      .map((cell) => cell.replace(' tokens a second', ''));
  expect(cells('a step of 1')).toEqual(rows.map(({ step }) => step));
  expect(cells('text, one')).toEqual(rows.map(({ text }) => text));
  expect(cells('a picture alone')).toEqual(rows.map(({ alone }) => alone));
  expect(cells('8 pictures at once')).toEqual(rows.map(({ eight }) => eight));
  expect(page).toContain(`eight pictures of a 1B take ${rows[0]?.eight.split(',')[0]} at best`);
});

test("a 7B's layers hold as many times the bytes of a 1B's as the page says", () => {
  const ratio = layerBytes('Janus-Pro-7B', 'w8a8') / layerBytes('Janus-Pro-1B', 'w8a8');
  expect(page).toContain(`its layers hold ${ratio.toFixed(1)} times the bytes`);
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
