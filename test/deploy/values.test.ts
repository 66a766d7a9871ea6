import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentedValues } from '../../deploy/helm/documented-values.ts';
import { valuesReference } from '../../deploy/helm/values-reference.ts';
import { CHART } from '../support/helm.ts';
import { schema, values } from './support/schema.ts';

type Schema = Readonly<Record<string, unknown>> & { readonly properties?: Readonly<Record<string, Schema>>; readonly $ref?: string };

function resolved(given: Schema): Schema {
  const definitions = (schema as { definitions: Record<string, Schema> }).definitions;
  return given.$ref === undefined ? given : { ...definitions[given.$ref.replace('#/definitions/', '')], ...given };
}

/** Every schema in the schema, with where it stands. */
function* schemas(given: unknown, path: string): Generator<[string, Schema]> {
  if (typeof given !== 'object' || given === null) return;
  yield [path, given as Schema];
  for (const [key, value] of Object.entries(given)) yield* schemas(value, `${path}/${key}`);
}

/** Paths where the defaults in values.yaml are others than the schema tells. */
function* differences(given: Schema, value: unknown, path: readonly string[]): Generator<string> {
  const one = resolved(given);
  const isSetting = path[0] === 'settings' || path[2] === 'settings';
  const isPart = path.includes('resources') && path.at(-1) !== 'resources';
  if (one.default !== undefined) {
    if (!(isSetting && value === undefined) && JSON.stringify(one.default) !== JSON.stringify(value)) yield path.join('.');
  } else if (one.properties === undefined && path[0] !== 'global' && !isPart && !isSetting) yield `${path.join('.')} has no default`;
  for (const [key, below] of Object.entries(one.properties ?? {})) {
    yield* differences(below, (value as Record<string, unknown> | undefined)?.[key], [...path, key]);
  }
}

test('the reference of the values is the one that the schema gives: run `npm run values`', () => {
  expect(readFileSync(join(CHART, 'VALUES.md'), 'utf8')).toBe(valuesReference());
});

test('values.yaml has every value that the schema knows, with the default that the schema tells', () => {
  expect([...differences(schema as Schema, values, [])]).toEqual([]);
});

test('every object in the schema refuses unknown keys, but the one that is Helm’s own', () => {
  const open = [...schemas(schema, '')].filter(
    ([path, { type, additionalProperties }]) => type === 'object' && additionalProperties === undefined && path !== '/properties/global'
  );
  expect(open.map(([path]) => path)).toEqual([]);
});

/** Values that say something by default, and could be taken away: what is empty says nothing, and requests follow limits. */
function* omissible(given: Schema, value: unknown, path: readonly string[]): Generator<string> {
  const { properties = {}, required = [] } = resolved(given) as Schema & { required?: readonly string[] };
  for (const [key, below] of Object.entries(properties)) {
    const one = (value as Record<string, unknown> | undefined)?.[key];
    if (one === undefined || key === 'requests') continue;
    const saysSomething = resolved(below).properties !== undefined || (typeof one !== 'object' && one !== '');
    if (saysSomething && !required.includes(key)) yield [...path, key].join('.');
    yield* omissible(below, one, [...path, key]);
  }
}

test('no value that says something by default can be taken away by null: templates would be left without it', () => {
  expect([...omissible(schema as Schema, values, [])]).toEqual([]);
});

test('every value in the schema says what it is', () => {
  const silent = [...schemas(schema, '')].filter(
    ([path, one]) => /\/properties\/[^/]+$/.test(path) && !path.includes('/allOf/') && !resolved(one).description
  );
  expect(silent.map(([path]) => path)).toEqual([]);
});

test('the reference shows what all tiers have once, what one has with its name, and the fields of what a list holds', () => {
  const list = {
    description: 'Things',
    type: 'array',
    items: { properties: { key: { description: 'A key', enum: ['a', 'b'] } } },
    default: []
  };
  const replicas = { description: 'Pods', minimum: 0, maximum: 9, default: 1 };
  const tier = (properties: Readonly<Record<string, object>>) => ({ description: 'A tier', properties });
  const services = {
    description: 'All',
    properties: { one: tier({ list, replicas }), two: tier({ list, replicas: { $ref: '#/definitions/few' } }) }
  };
  const rows = documentedValues({ properties: { services }, definitions: { few: { ...replicas, default: 2 } } });
  expect(rows.map(({ path, preset, text }) => [path.join('.'), preset, text])).toEqual([
    ['services', '', '_All_'],
    ['services.one', '', '_A tier_'],
    ['services.<tier>.list', '`[]`', 'Things'],
    ['services.<tier>.list[].key', '', 'A key (one of `a`, `b`)'],
    ['services.one.replicas', '`1`', 'Pods (0 to 9)'],
    ['services.two', '', '_A tier_'],
    ['services.two.replicas', '`2`', 'Pods (0 to 9)']
  ]);
});
