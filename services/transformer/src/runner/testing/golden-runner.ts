import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Bundle, openBundle } from '@janus-mesh/bundle';
import { importCheckpoint } from '@janus-mesh/importer';
import { openRuntime } from '@janus-mesh/runtime';
import type { StepSlice, TokenInput } from '../../engine/model-runner.ts';

const GOLDENS = resolve(import.meta.dirname, '../../../../../test/goldens');

/** The process's runtime. */
export const runtime = openRuntime({ threads: 2 });

/** Imports a set of goldens into a temporary folder, for one test file: `remove` it at the end. */
export async function importGolden(name = 'tiny-pro'): Promise<{ bundle: Bundle; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'janus-mesh-runner-'));
  const dir = join(folder, 'bundle');
  await importCheckpoint(join(GOLDENS, name), dir, { runtime });
  return { bundle: await openBundle(dir), remove: () => rm(folder, { recursive: true }) };
}

/** Ids as tokens of a step. */
export function tokens(ids: readonly number[], kind: 'id' | 'code' = 'id'): TokenInput[] {
  return ids.map((id) => ({ kind, id }));
}

/** A slice that wants the text logits of its last token, but for what is said otherwise. */
export function slice(parts: Pick<StepSlice, 'kv' | 'past' | 'tokens'> & Partial<StepSlice>): StepSlice {
  return { logits: 'last', head: 'text', ...parts };
}
