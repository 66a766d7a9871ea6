import type { WeightsFile } from '@janus-mesh/bundle';
import { type BundleTensor, codecDecoder, codecEncoder, codeEmbedder, type NetworkConfig } from '@janus-mesh/networks';
import { MappedWeights, type Runtime, trimMemory } from '@janus-mesh/runtime';
import { bytesOf } from '@janus-mesh/tensor';
import type { ImportProgress } from '../import-progress.ts';
import type { ImportSource } from '../import-source.ts';
import { randomFrom } from '../random.ts';
import { codeTable } from './code-table.ts';
import { learnPalette } from './learn-palette.ts';

/** What the computed tensors are made from. */
export interface Computation {
  readonly runtime: Runtime;
  readonly weights: WeightsFile;
  readonly config: NetworkConfig;
  readonly source: ImportSource;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly progress: ImportProgress;
  readonly signal: AbortSignal | undefined;
}

/** Names of the tensors that must be in the weights before any is computed. */
export function neededForComputing(config: NetworkConfig): ReadonlySet<string> {
  return new Set([codeEmbedder(config), codecDecoder(config), codecEncoder(config)].flatMap(({ weights }) => weights));
}

/** Runs the networks that make the computed tensors, and writes them. */
export async function computeTensors(tensors: readonly BundleTensor[], computation: Computation): Promise<void> {
  const { runtime, weights } = computation;
  const mapped = new MappedWeights(runtime, weights.path, weights.tensors);
  try {
    for (const { name, source } of tensors) {
      if (source.kind !== 'computed') continue;
      if (source.by === 'code_table') await writeCodeTable(name, mapped, computation);
      else await writePalette(name, mapped, computation);
    }
  } finally {
    mapped.release();
    trimMemory();
  }
}

async function writeCodeTable(
  name: string,
  mapped: MappedWeights,
  { runtime, weights, config, progress, signal }: Computation
): Promise<void> {
  let at = 0;
  for await (const rows of codeTable(runtime, mapped, config)) {
    signal?.throwIfAborted();
    await weights.write(name, at, bytesOf(rows));
    at += rows.byteLength;
    progress.add(rows.byteLength, name);
  }
}

async function writePalette(
  name: string,
  mapped: MappedWeights,
  { runtime, weights, config, source, progress, onWarning, signal }: Computation
): Promise<void> {
  const { samples, hasPalette } = source;
  const onPicture = () => progress.addPicture(name);
  const palette = hasPalette
    ? await learnPalette({ runtime, weights: mapped, config, samples, onPicture, onWarning, signal })
    : randomPalette(config.codec.codebookSize);
  await weights.write(name, 0, palette);
}

// Random weights paint nothing: any colours will do.
function randomPalette(codes: number): Uint8Array {
  const random = randomFrom(codes);
  return Uint8Array.from({ length: codes * 3 }, () => Math.floor(random() * 256));
}
