import { codeHead, textHead } from '@janus-mesh/networks';
import { MappedWeights, type Runtime } from '@janus-mesh/runtime';
import { f32View } from '@janus-mesh/tensor';
import { AlignerSession } from './aligner-session.ts';
import { HeadSession } from './head-session.ts';
import { KvPool } from './kv-pool.ts';
import { PackedRunner, type RunnerParts } from './packed-runner.ts';
import { RowTable } from './row-table.ts';
import type { RunnerBundle } from './runner-bundle.ts';
import { StepVariant } from './step-variant.ts';

/** What a runner is made with. */
export interface RunnerOptions {
  readonly bundle: RunnerBundle;
  readonly runtime: Runtime;
  /** Sequences a step can hold at most. @default 16 */
  readonly slots?: number;
  /** Bytes of KV cache in use together; caches kept for reuse count too, and give way. */
  readonly kvBudgetBytes: number;
}

/** Each costs memory and time to load, and saves time where fewer sequences run than the next one holds. */
const VARIANTS: readonly number[] = [1, 4, 16];

/**
 * Loads the language model: graphs, sessions, heads, tables. Seconds, and about the size of the weights, for a big model.
 *
 * @returns a runner that has run each of its graphs once; `release` it at the end
 * @throws {RangeError} if the slots are no whole number from 1, or the weight file lacks a tensor
 * @throws {RuntimeError} if ONNX Runtime refuses a graph
 */
export async function createRunner({ bundle, runtime, slots = 16, kvBudgetBytes }: RunnerOptions): Promise<PackedRunner> {
  if (!Number.isInteger(slots) || slots < 1) throw new RangeError(`slots must be a whole number from 1, not ${slots}`);
  const { config } = bundle.manifest;
  const loaded: Releasable[] = [];
  try {
    const runner = new PackedRunner(runtime, config, await loadParts(bundle, { runtime, slots, kvBudgetBytes }, loaded));
    await runner.warmUp();
    return runner;
  } catch (error) {
    for (const part of loaded) part.release();
    throw error;
  }
}

interface Releasable {
  release(): void;
}

// @param loaded gets each part as soon as it is there, so that a failure can give them back
async function loadParts(
  { manifest: { config }, tensors, weightsPath }: RunnerBundle,
  { runtime, slots, kvBudgetBytes }: { runtime: Runtime; slots: number; kvBudgetBytes: number },
  loaded: Releasable[]
): Promise<RunnerParts> {
  const keep = <P extends Releasable>(part: P): P => {
    loaded.push(part);
    return part;
  };
  const weights = keep(new MappedWeights(runtime, weightsPath, tensors));
  const prepacked = keep(runtime.createPrepackedWeights());
  const variants: StepVariant[] = [];
  // One after another: packing a big model's weights twice at once would double the peak.
  for (const size of variantSizes(slots)) variants.push(keep(await StepVariant.load(size, config, { runtime, weights, prepacked })));
  const { hiddenSize, vocabSize } = config.text;
  const table = (name: string) => new RowTable(name, f32View(weights.bytes(name)), hiddenSize);
  return {
    weights,
    prepacked,
    variants,
    heads: {
      text: keep(await HeadSession.load(runtime, textHead(config), weights, vocabSize)),
      codes: keep(await HeadSession.load(runtime, codeHead(config), weights, config.codec.codebookSize))
    },
    aligner: keep(await AlignerSession.load(runtime, config, weights)),
    tables: { id: table('text.embed'), code: table('text.code_table') },
    pool: keep(new KvPool(runtime, config.text, kvBudgetBytes))
  };
}

function variantSizes(slots: number): number[] {
  return [...VARIANTS.filter((size) => size < slots), slots];
}
