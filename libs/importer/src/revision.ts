import { createHash } from 'node:crypto';
import type { CanonicalTensor, ModelConfig } from '@janus-mesh/models';

/** What a revision is made of. */
export interface RevisionParts {
  readonly tensors: readonly CanonicalTensor[];
  /** The sha256 of each tensor's elements as f32, by its name. */
  readonly sums: ReadonlyMap<string, string>;
  readonly tokenizerSha256: string;
  readonly config: ModelConfig;
}

/**
 * Names a model by its numbers: a sha256 over its tensors as f32 (name, shape, sum, sorted by name), its tokenizer and its configuration.
 * Layout, sharding, file kind and stored float type make no difference.
 *
 * @returns 64 hexadecimal digits
 */
export function revisionOf({ tensors, sums, tokenizerSha256, config }: RevisionParts): string {
  const lines = tensors.map(({ name, dims }) => `${name} f32 [${dims.join(',')}] ${sums.get(name)}`).sort();
  lines.push(`tokenizer ${tokenizerSha256}`, `config ${JSON.stringify(config, sortedKeys)}`);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
