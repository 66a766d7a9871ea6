/** The two halves of a layer's cache. */
export type CachePart = 'k' | 'v';

/** Names of the packed step's inputs and outputs. */
export const stepPorts = {
  /** f32 [1, T, hidden]: embeddings of all tokens of the step, slot after slot. */
  tokens: 'x',
  /** i64 [slots]: tokens each slot brings, 0 for an idle one; where rows are even, the padding's rows too. Not there with one part. */
  splits: 'splits',
  /** f32 [1, 0 or 1, query width]: stands for the padding's attention, and may hold anything finite. Only where rows must be even. */
  padding: 'padding',
  /** i64 [R]: which of the T tokens' hidden states are wanted, in any order. */
  rows: 'rows',
  /** f32 [1, R, hidden], after the final norm. */
  hidden: 'hidden',
  /** f32 [positions, padded headDim / 2], at least as many positions as any slot has filled: see `ropeTables`. */
  rope: (table: 'cos' | 'sin') => `rope.${table}`,
  /** bool [1]: whether the slot brings tokens. Not there where none may be idle. */
  on: (slot: number) => `on.${slot}`,
  /** i32 [1]: position of the slot's last new token. */
  last: (slot: number) => `last.${slot}`,
  /** i32 [1]: the slot's filled positions after the step, one more than `last`. */
  total: (slot: number) => `total.${slot}`,
  /** f32 [1, kvHeads, capacity, headDim]: the slot's cache; any capacity. */
  cache: (part: CachePart, layer: number, slot: number) => `${part}.${layer}.${slot}`,
  /** Must be bound to the same value as the input: new positions are written in place. */
  cacheOut: (part: CachePart, layer: number, slot: number) => `${part}.out.${layer}.${slot}`
} as const;
