import type { Quantization } from '@janus-mesh/models';
import { codeHead, type Network, type NetworkConfig, needsEvenRows, textHead } from '@janus-mesh/networks';
import { isaClass, type Runtime } from '@janus-mesh/runtime';
import { AlignerSession } from './aligner-session.ts';
import { assertExactInt8 } from './exact-int8.ts';
import { HeadSession } from './head-session.ts';
import { type KvChoice, kvForm } from './kv-form.ts';
import { KvPool } from './kv-pool.ts';
import { NetworkLoader, type NetworkPart, type PackedWeightsPlace } from './network-loader.ts';
import { PackedRunner, type RunnerParts } from './packed-runner.ts';
import { RopeValues } from './rope-values.ts';
import type { RunnerBundle } from './runner-bundle.ts';
import { StepVariant, type VariantSize } from './step-variant.ts';
import { StoredTable } from './stored-table.ts';

/** What a runner is made with. */
export interface RunnerOptions {
  readonly bundle: RunnerBundle;
  readonly runtime: Runtime;
  /** Sequences a step can hold at most. @default 16 */
  readonly slots?: number;
  /** Bytes of KV cache in use together; caches kept for reuse count too, and give way. */
  readonly kvBudgetBytes: number;
  /** What the KV cache is made of. @default 'auto' */
  readonly kv?: KvChoice;
  /** Where packed weights are. @default 'memory' */
  readonly packedWeights?: PackedWeightsPlace;
}

/** Each costs memory and time to load, and saves time where fewer sequences run than the next one holds. 2 is one guided picture. */
const VARIANTS: readonly number[] = [1, 2, 4, 16];

type QuantizedConfig = NetworkConfig & { readonly quantization: Quantization };

/**
 * Loads the language model: graphs, sessions, heads, tables. Seconds, and about the size of the weights, for a big model.
 *
 * @returns a runner that has run each of its graphs once; `release` it at the end
 * @throws {RangeError} if the slots are no whole number from 1, the weight file lacks a tensor, or this processor cannot do int8 exactly
 * @throws {RuntimeError} if ONNX Runtime refuses a graph
 */
export async function createRunner(options: RunnerOptions): Promise<PackedRunner> {
  const { bundle, runtime, slots = 16, kvBudgetBytes, kv = 'auto', packedWeights = 'memory' } = options;
  if (!Number.isInteger(slots) || slots < 1) throw new RangeError(`slots must be a whole number from 1, not ${slots}`);
  const { config: sizes, quantization } = bundle.manifest;
  const config = { ...sizes, quantization: { ...quantization, kv: kvForm(quantization, kv) } };
  if (bytesAreMultiplied(quantization)) await assertExactInt8(runtime);
  const loaded: Releasable[] = [];
  try {
    const loader = new NetworkLoader(runtime, bundle, packedWeights);
    loaded.push(loader);
    const parts = await loadParts(bundle, { config, runtime, loader, slots, kvBudgetBytes }, loaded);
    const runner = new PackedRunner(runtime, config, parts);
    await runner.warmUp();
    return runner;
  } catch (error) {
    for (const part of loaded) part.release();
    throw error;
  }
}

function bytesAreMultiplied({ text, textHead, codeHead, aligner }: Quantization): boolean {
  return [text, textHead, codeHead, aligner].includes('w8a8');
}

interface Releasable {
  release(): void;
}

interface LoadOptions {
  readonly config: QuantizedConfig;
  readonly runtime: Runtime;
  readonly loader: NetworkLoader;
  readonly slots: number;
  readonly kvBudgetBytes: number;
}

// @param loaded gets each part as soon as it is there, so that a failure can give them back
async function loadParts(
  { tensors, weightsPath }: RunnerBundle,
  { config, runtime, loader, slots, kvBudgetBytes }: LoadOptions,
  loaded: Releasable[]
): Promise<RunnerParts> {
  const keep = <P extends Releasable>(part: P): P => {
    loaded.push(part);
    return part;
  };
  const rope = keep(new RopeValues(runtime, config.text));
  const evenRows = needsEvenRows(config, isaClass());
  const variants: StepVariant[] = [];
  // One after another: packing a big model's weights twice at once would double the peak.
  for (const size of variantSizes(slots)) variants.push(keep(await StepVariant.load(size, config, { runtime, loader, rope, evenRows })));
  const { vocabSize } = config.text;
  const head = async (part: NetworkPart, network: Network, columns: number) =>
    keep(new HeadSession(runtime, await loader.load(part, network), columns));
  const table = (name: string) => {
    const extent = tensors.get(name);
    if (!extent) throw new RangeError(`${weightsPath} has no tensor ${name} among its ${tensors.size}`);
    return keep(new StoredTable(weightsPath, name, extent));
  };
  return {
    loader,
    rope,
    evenRows,
    variants,
    heads: {
      text: await head('text-head', textHead(config), vocabSize),
      codes: await head('code-head', codeHead(config), config.codec.codebookSize)
    },
    aligner: keep(await AlignerSession.load(runtime, config, loader)),
    tables: { id: table('text.embed'), code: table('text.code_table') },
    pool: keep(new KvPool(runtime, { text: config.text, kv: config.quantization.kv }, kvBudgetBytes))
  };
}

// A variant has no idle slots where one fewer sequence has a variant of its own.
function variantSizes(slots: number): VariantSize[] {
  const sizes = [...VARIANTS.filter((size) => size < slots), slots];
  return sizes.map((size, i) => ({ slots: size, idleSlots: size - 1 !== (sizes[i - 1] ?? 0) }));
}
