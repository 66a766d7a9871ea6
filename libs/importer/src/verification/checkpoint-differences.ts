import { hashBytes, type Manifest } from '@janus-mesh/bundle';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';

const LONGEST_VALUE = 40;

/**
 * In what a checkpoint is another model than the one a bundle was made of, as far as that shows without reading its weights.
 *
 * @returns 'text.layers is 30, not 24' and the like, first what the checkpoint has; empty for the same configuration and tokenizer
 * @throws {ModelError} of every kind a checkpoint can be refused with
 */
export async function checkpointDifferences(folder: string, bundle: Pick<Manifest, 'config' | 'tokenizer'>): Promise<string[]> {
  const checkpoint = await openCheckpoint(folder);
  try {
    const [found, expected] = [fieldsOf(checkpoint.config.model), fieldsOf(bundle.config)];
    const names = [...new Set([...found.keys(), ...expected.keys()])];
    const differing = names.filter((name) => found.get(name) !== expected.get(name));
    const fields = differing.map((name) => `${name} is ${shown(found.get(name))}, not ${shown(expected.get(name))}`);
    return hashBytes(checkpoint.tokenizerJson) === bundle.tokenizer.sha256 ? fields : [...fields, 'the tokenizer is another'];
  } finally {
    await checkpoint.close();
  }
}

// Each field that is no object, as JSON, by its path.
function fieldsOf(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return value === undefined ? new Map() : new Map([[path, JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, field]) => [...fieldsOf(field, path === '' ? key : `${path}.${key}`)]));
}

function shown(value = 'there'): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}...` : value;
}
