/** The part of JSON Schema that the chart's schema is written in. */
interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** One value that can be set. */
export interface DocumentedValue {
  /** Keys from the top; `[]` after one that holds a list, `<tier>` for what all tiers have. */
  readonly path: readonly string[];
  /** Its default, as Markdown; empty where it has none. */
  readonly preset: string;
  /** What it is and what is allowed, as Markdown. */
  readonly text: string;
}

/** All values of a schema, in its order. What all tiers have in the same way stands once. */
export function documentedValues(schema: Schema): DocumentedValue[] {
  const all = valuesBelow(schema, [], schema.definitions ?? {});
  const keyOf = ({ path, preset, text }: DocumentedValue) => [path.slice(2).join('.'), preset, text].join('\n');
  const tiers = Object.keys(schema.properties?.services?.properties ?? {});
  const counts = new Map<string, number>();
  const isOfTier = ({ path }: DocumentedValue) => path[0] === 'services' && path.length > 2;
  for (const value of all.filter(isOfTier)) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
  return all.flatMap((value) => {
    if (!isOfTier(value) || counts.get(keyOf(value)) !== tiers.length) return [value];
    return value.path[1] === tiers[0] ? [{ ...value, path: ['services', '<tier>', ...value.path.slice(2)] }] : [];
  });
}

function valuesBelow(given: Schema, path: readonly string[], definitions: Readonly<Record<string, Schema>>): DocumentedValue[] {
  const schema = resolved(given, definitions);
  const here = path.length === 0 ? [] : [{ path, preset: presetOf(schema), text: textOf(schema) }];
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => valuesBelow(value, [...path, key], definitions));
  const last = path.at(-1);
  const items = schema.items && resolved(schema.items, definitions);
  const inList = items?.properties
    ? valuesBelow({ ...items, description: '' }, [...path.slice(0, -1), `${last}[]`], definitions).slice(1)
    : [];
  return [...here, ...below, ...inList];
}

/** A schema with what it refers to; what stands beside the reference goes before. */
function resolved(schema: Schema, definitions: Readonly<Record<string, Schema>>): Schema {
  const name = schema.$ref?.replace('#/definitions/', '');
  return name === undefined ? schema : { ...definitions[name], ...schema };
}

function presetOf(schema: Schema): string {
  return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
}

function textOf({ description = '', enum: words, minimum, maximum, properties }: Schema): string {
  const allowed =
    words !== undefined
      ? `one of ${words.map((word) => `\`${word}\``).join(', ')}`
      : minimum !== undefined && maximum !== undefined
        ? `${minimum} to ${maximum}`
        : undefined;
  const text = properties === undefined || allowed !== undefined ? description : `_${description}_`;
  return (allowed === undefined ? text : `${text} (${allowed})`).replaceAll('|', '\\|');
}
