import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART, helm } from '../../support/helm.ts';

/** An object as helm renders it. What lies in it, tests find by `at`. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

const EXAMPLES = join(CHART, 'examples');

/** Names of the examples, without `.yaml`. */
export const exampleNames = readdirSync(EXAMPLES).map((file) => file.replace(/\.yaml$/, ''));

/** Arguments of helm for an example's values. */
export function exampleArgs(name: string): string[] {
  return ['-f', join(EXAMPLES, `${name}.yaml`)];
}

/**
 * Renders the chart as the release `janus-mesh` in the namespace `demo`.
 *
 * @param args of helm, such as `--set image.tag=1`
 * @param values of a values file
 * @throws {Error} what helm said, if it refuses
 */
export async function render(args: readonly string[] = [], values: unknown = {}): Promise<KubernetesObject[]> {
  const { code, stdout, stderr } = await helmTemplate(args, values);
  if (code !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => (document.errors.length > 0 ? fail(document.errors) : (document.toJS() ?? [])));
}

/** Asks helm for the objects; what it refuses, it says on stderr. */
export function helmTemplate(args: readonly string[], values: unknown = {}) {
  return helm(['template', 'janus-mesh', CHART, '--namespace', 'demo', '-f', '-', ...args], JSON.stringify(values));
}

/** The one object of a kind and name. @throws {Error} if there is none */
export function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name} among ${objects.map(labelOf).join(', ')}`);
  return found;
}

/** For messages: `Deployment janus-mesh-transformer`. */
export function labelOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

/** What lies at a path of an object, as `spec.template.spec.containers.0`; undefined if nothing does. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], value);
}

function fail(errors: readonly Error[]): never {
  throw new Error(errors.map(({ message }) => message).join('\n'));
}
