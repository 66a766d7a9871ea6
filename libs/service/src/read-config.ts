import type { z } from 'zod';
import { ConfigError } from './config-error.ts';

const prefix = 'JANUS_MESH_';
// The command's own: in the environment of whoever uses both.
const passedOver = ['JANUS_MESH_HOME', 'JANUS_MESH_TARGET'];

/** The variable of a setting: `queueLimit` is JANUS_MESH_QUEUE_LIMIT. */
export function variableOf(setting: string): string {
  return prefix + setting.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

/**
 * Reads settings from variables.
 *
 * @param variables an environment; names that don't begin with JANUS_MESH_, and those of the command, are passed over
 * @returns the settings, frozen
 * @throws {ConfigError} naming every variable that is wrong, missing or unknown
 */
export function readConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  variables: Readonly<Record<string, string | undefined>>
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const settings = new Map(Object.keys(schema.shape).map((key) => [variableOf(key), key]));
  const given = Object.entries(variables).filter(
    ([name, value]) => name.startsWith(prefix) && value !== undefined && !passedOver.includes(name)
  );
  const unknown = given.filter(([name]) => !settings.has(name)).map(([name]) => unknownFault(name, [...settings.keys()]));
  const values = Object.fromEntries(given.flatMap(([name, value]) => (settings.has(name) ? [[settings.get(name), value]] : [])));
  const result = schema.safeParse(values);
  const wrong = result.success ? [] : result.error.issues.map((issue) => fault(issue, variables));
  if (!result.success || unknown.length > 0) throw new ConfigError([...wrong, ...unknown]);
  return Object.freeze(result.data);
}

function fault({ path, message }: z.core.$ZodIssue, variables: Readonly<Record<string, string | undefined>>): string {
  if (path.length === 0) return message;
  const name = variableOf(String(path[0]));
  const value = variables[name];
  return value === undefined ? `${name} is not set: expected ${message}` : `${name}=${JSON.stringify(value)}: expected ${message}`;
}

function unknownFault(name: string, known: readonly string[]): string {
  const near = known.map((other) => ({ other, edits: distance(name, other) })).sort((a, b) => a.edits - b.edits)[0];
  return `${name} is no setting of this service${near !== undefined && near.edits <= 3 ? `; did you mean ${near.other}?` : ''}`;
}

/** Edits (Levenshtein) between two names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length] ?? 0;
}
