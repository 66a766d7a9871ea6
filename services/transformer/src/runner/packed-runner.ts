import type { NetworkConfig } from '@janus-mesh/networks';
import type { Runtime } from '@janus-mesh/runtime';
import type { AlignedFeatures, Head, KvHandle, ModelRunner, SliceLogits, StepSlice, TokenInput } from '../engine/model-runner.ts';
import { AlignedRows } from './aligned-rows.ts';
import type { AlignerSession } from './aligner-session.ts';
import type { HeadSession } from './head-session.ts';
import type { KvPool } from './kv-pool.ts';
import type { KvSlab } from './kv-slab.ts';
import type { NetworkLoader } from './network-loader.ts';
import type { RopeValues } from './rope-values.ts';
import { RowBuffer } from './row-buffer.ts';
import { layOutStep, type RowRange, type StepLayout } from './step-layout.ts';
import type { SlotWork, StepValues, StepVariant } from './step-variant.ts';
import type { StoredTable } from './stored-table.ts';

/** What a runner is put together from. It owns all of it. */
export interface RunnerParts {
  readonly loader: NetworkLoader;
  readonly rope: RopeValues;
  /** Whether all that is multiplied must have an even number of rows. */
  readonly evenRows: boolean;
  /** Smallest first. */
  readonly variants: readonly StepVariant[];
  readonly heads: Readonly<Record<Head, HeadSession>>;
  readonly aligner: AlignerSession;
  /** What the tokens of each kind of id are embedded by. */
  readonly tables: Readonly<Record<'id' | 'code', StoredTable>>;
  readonly pool: KvPool;
}

/** Runs steps on ONNX Runtime: the smallest variant of the packed step that fits, then each head on its rows. */
export class PackedRunner implements ModelRunner {
  readonly slots: number;
  readonly replaysExactly: boolean;
  readonly #parts: RunnerParts;
  readonly #tokens: RowBuffer<'f32'>;
  readonly #rows: RowBuffer<'i64'>;
  readonly #hidden: RowBuffer<'f32'>;
  #isRunning = false;
  #variant: StepVariant | undefined; // while it runs a step

  constructor(runtime: Runtime, config: NetworkConfig, parts: RunnerParts) {
    const { text } = config;
    this.slots = parts.variants.at(-1)?.slots ?? 0;
    // Over f32 caches attention sums one token's in another order than a chunk's.
    this.replaysExactly = parts.pool.shape.kv !== 'f32';
    this.#parts = parts;
    const dims = (rows: number) => [1, rows, text.hiddenSize];
    this.#tokens = new RowBuffer(runtime, 'f32', text.hiddenSize, dims);
    this.#hidden = new RowBuffer(runtime, 'f32', text.hiddenSize, dims);
    this.#rows = new RowBuffer(runtime, 'i64', 1, (rows) => [rows]);
  }

  vocabulary(head: Head): number {
    return this.#parts.heads[head].columns;
  }

  kvBytes(positions: number): number {
    return this.#parts.pool.bytesFor(positions);
  }

  allocate(positions: number): KvHandle {
    return this.#parts.pool.allocate(positions);
  }

  free(kv: KvHandle): void {
    const slab = this.#parts.pool.inUse(kv);
    for (const variant of this.#parts.variants) variant.forget(slab);
    this.#parts.pool.free(slab);
  }

  /** @throws {RangeError} if a cache is not in use or too small */
  copy(from: KvHandle, to: KvHandle, positions: number): void {
    if (this.#isRunning) throw new Error('a step is running');
    this.#parts.pool.inUse(to).copyFrom(this.#parts.pool.inUse(from), positions);
  }

  align(features: Float32Array, rows: number): Promise<AlignedFeatures> {
    return this.#parts.aligner.align(features, rows);
  }

  /** @throws {RangeError} if the slices are none or too many, a cache is too small or used twice, or a token has no embedding; @throws {RuntimeError} CANCELLED after `cancel` */
  async run(slices: readonly StepSlice[]): Promise<readonly SliceLogits[]> {
    if (this.#isRunning) throw new Error('a step is running');
    this.#isRunning = true;
    try {
      const slabs = this.#checkedSlabs(slices);
      const variant = this.#variantFor(slices.length);
      const places = variant.place(slabs);
      const layout = layOutStep(slices, places, this.#parts.evenRows);
      this.#embed(slices, layout);
      this.#variant = variant;
      const wanted = layout.wanted.length > 0 ? layout.wanted : this.#fewestRows; // of no rows, ReduceMax makes a wrong shape
      await variant.run(this.#values(layout.tokens + layout.padding, wanted), slotWork(slices, slabs, places));
      this.#variant = undefined;
      for (const head of ['text', 'codes'] as const) {
        const { first, count } = layout.heads[head];
        if (count > 0) await this.#parts.heads[head].run(this.#hidden.value(first, count), count);
      }
      return slices.map(({ head }, i) => ({ rows: this.#logits(head, layout, i) }));
    } finally {
      this.#variant = undefined;
      this.#isRunning = false;
    }
  }

  // The heads are not cancelled: each is done in about the time that it takes.
  cancel(): void {
    this.#variant?.cancel();
  }

  /** Runs every graph once. */
  async warmUp(): Promise<void> {
    const { loader, variants, heads, aligner } = this.#parts;
    const rows = this.#fewestRows;
    for (const variant of variants)
      await variant.warmUp((tokens) => this.#values(this.#parts.evenRows ? tokens + (tokens % 2) : tokens, rows));
    for (const head of Object.values(heads)) await head.run(this.#hidden.value(0, rows.length), rows.length);
    await aligner.warmUp();
    loader.dropPages();
  }

  /** Gives all sessions, caches and the mapped weights back. */
  release(): void {
    const { variants, rope, heads, tables, aligner, pool, loader } = this.#parts;
    for (const part of [...variants, rope, heads.text, heads.codes, tables.id, tables.code, aligner, pool, loader]) part.release();
    for (const buffer of [this.#tokens, this.#rows, this.#hidden]) buffer.release();
  }

  #checkedSlabs(slices: readonly StepSlice[]): KvSlab[] {
    if (slices.length < 1 || slices.length > this.slots) throw new RangeError(`${slices.length} slices for ${this.slots} slots`);
    const slabs = slices.map(({ kv }) => this.#parts.pool.inUse(kv));
    if (new Set(slabs).size !== slabs.length) throw new RangeError('two slices bring the same cache');
    for (const { kv, past, tokens } of slices) {
      if (tokens.length < 1) throw new RangeError('a slice brings no tokens');
      if (past + tokens.length > kv.capacity) throw new RangeError(`${past} + ${tokens.length} positions for a cache of ${kv.capacity}`);
    }
    return slabs;
  }

  #variantFor(sequences: number): StepVariant {
    return this.#parts.variants.find(({ slots }) => slots >= sequences) as StepVariant;
  }

  // The fewest that may be wanted.
  get #fewestRows(): readonly number[] {
    return this.#parts.evenRows ? [0, 0] : [0];
  }

  #embed(slices: readonly StepSlice[], { tokens, padding, starts }: StepLayout): void {
    this.#tokens.reserve(tokens + padding);
    if (padding > 0) this.#tokens.rows(tokens, padding).fill(0);
    const target = this.#tokens.array;
    for (let i = 0; i < slices.length; i++) {
      const slice = (slices[i] as StepSlice).tokens;
      const start = starts[i] as number;
      for (let j = 0; j < slice.length; j++) this.#embedToken(slice[j] as TokenInput, target, start + j);
    }
  }

  #embedToken(token: TokenInput, target: Float32Array, at: number): void {
    if (token.kind !== 'feature') this.#parts.tables[token.kind].copyRow(token.id, target, at);
    else if (token.features instanceof AlignedRows) token.features.copyRow(token.row, target, at);
    else throw new RangeError('features that are not of this runner');
  }

  // The step's own tensors; the rows' is filled in.
  #values(tokens: number, wanted: readonly number[]): StepValues {
    this.#tokens.reserve(tokens);
    this.#rows.reserve(wanted.length);
    this.#hidden.reserve(wanted.length);
    const rows = this.#rows.array;
    for (let i = 0; i < wanted.length; i++) rows[i] = BigInt(wanted[i] as number);
    const count = wanted.length;
    return { tokens: this.#tokens.value(0, tokens), rows: this.#rows.value(0, count), hidden: this.#hidden.value(0, count) };
  }

  #logits(head: Head, { rows, heads }: StepLayout, slice: number): Float32Array | undefined {
    const { first, count } = rows[slice] as RowRange;
    return count === 0 ? undefined : this.#parts.heads[head].logits(first - heads[head].first, count);
  }
}

function slotWork(slices: readonly StepSlice[], slabs: readonly KvSlab[], places: readonly number[]): (SlotWork | undefined)[] {
  const work: (SlotWork | undefined)[] = [];
  for (const [i, { past, tokens }] of slices.entries())
    work[places[i] as number] = { slab: slabs[i] as KvSlab, past, count: tokens.length };
  return work;
}
