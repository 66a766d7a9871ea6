import type { Head, StepSlice } from '../engine/model-runner.ts';

const HEADS: readonly Head[] = ['text', 'codes'];

/** A run of wanted rows. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/** Where everything of a step lies. */
export interface StepLayout {
  /** Tokens of the step. */
  readonly tokens: number;
  /** Rows of no sequence after them, 0 or 1. */
  readonly padding: number;
  /** Packed index of each slice's first token. */
  readonly starts: readonly number[];
  /** Packed indices of the tokens whose hidden state is wanted, each head's rows together, slices in order; some twice where they must be even. */
  readonly wanted: readonly number[];
  /** Each slice's rows among the wanted ones. */
  readonly rows: readonly RowRange[];
  /** Each head's rows among the wanted ones. */
  readonly heads: Readonly<Record<Head, RowRange>>;
}

/**
 * Lays a step out: tokens slot after slot, wanted rows head after head, so that a head reads one piece of memory.
 *
 * @param places slot of each slice
 * @param evenRows whether all that is multiplied must have an even number of rows, each head's too
 */
export function layOutStep(slices: readonly StepSlice[], places: readonly number[], evenRows: boolean): StepLayout {
  const starts = slices.map(() => 0);
  let tokens = 0;
  const bySlot = places.map((_, i) => i).sort((a, b) => (places[a] as number) - (places[b] as number));
  for (const i of bySlot) {
    starts[i] = tokens;
    tokens += (slices[i] as StepSlice).tokens.length;
  }
  const wanted: number[] = [];
  const rows = slices.map((): RowRange => ({ first: 0, count: 0 }));
  const heads = { text: { first: 0, count: 0 }, codes: { first: 0, count: 0 } };
  for (const head of HEADS) {
    heads[head].first = wanted.length;
    for (const [i, slice] of slices.entries()) {
      if (slice.head !== head) continue;
      const count = wantedCount(slice);
      rows[i] = { first: wanted.length, count };
      const end = (starts[i] as number) + slice.tokens.length;
      for (let token = end - count; token < end; token++) wanted.push(token);
    }
    if (evenRows && wanted.length % 2 !== 0) wanted.push(wanted.at(-1) as number);
    heads[head].count = wanted.length - heads[head].first;
  }
  return { tokens, padding: evenRows ? tokens % 2 : 0, starts, wanted, rows, heads };
}

function wantedCount({ logits, tokens }: StepSlice): number {
  if (logits === 'none') return 0;
  return logits === 'last' ? 1 : tokens.length;
}
