import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Bundle, openBundle } from '@janus-mesh/bundle';
import { importCheckpoint } from '@janus-mesh/importer';
import { openRuntime } from '@janus-mesh/runtime';
import type { StepSlice, TokenInput } from '../../engine/model-runner.ts';

const GOLDENS = resolve(import.meta.dirname, '../../../../../test/goldens');

/** The process's runtime, one thread. */
export const runtime = openRuntime({ threads: 1 });

/** Imports a set of goldens into a temporary folder. */
export async function goldenBundle(name = 'tiny-pro'): Promise<Bundle> {
  const dir = join(await mkdtemp(join(tmpdir(), 'janus-mesh-runner-')), 'bundle');
  await importCheckpoint(join(GOLDENS, name), dir, { runtime });
  return openBundle(dir);
}

/** Ids as tokens of a step. */
export function tokens(ids: readonly number[], kind: 'id' | 'code' = 'id'): TokenInput[] {
  return ids.map((id) => ({ kind, id }));
}

/** A slice that wants the text logits of its last token, but for what is said otherwise. */
export function slice(parts: Pick<StepSlice, 'kv' | 'past' | 'tokens'> & Partial<StepSlice>): StepSlice {
  return { logits: 'last', head: 'text', ...parts };
}
