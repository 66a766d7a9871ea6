import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Bundle, openBundle } from '@janus-mesh/bundle';
import { importCheckpoint } from '@janus-mesh/importer';
import type { QuantizationScheme } from '@janus-mesh/models';
import { openRuntime } from '@janus-mesh/runtime';

const GOLDENS = resolve(import.meta.dirname, '../../../../../test/goldens');

/** The process's runtime. */
export const runtime = openRuntime({ threads: 2 });

/** Imports a set of goldens into a temporary folder, for one test file: `remove` it at the end. */
export async function importGolden(
  name = 'tiny-pro',
  quantize: QuantizationScheme = 'f32'
): Promise<{ bundle: Bundle; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'janus-mesh-runner-'));
  const dir = join(folder, 'bundle');
  await importCheckpoint(join(GOLDENS, name), dir, { quantize, runtime });
  return { bundle: await openBundle(dir), remove: () => rm(folder, { recursive: true }) };
}
