import { chunkEnd } from './chunk-grid.ts';
import type { StepSlice } from './model-runner.ts';
import { promptTokens } from './prompt.ts';
import type { Sequence } from './sequence.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** What one row brings to a step. */
export interface PlannedRow {
  readonly row: Sequence;
  readonly tokens: number;
  readonly logits: StepSlice['logits'];
}

/** What a group brings to a step. */
export interface PlannedGroup {
  readonly group: SequenceGroup;
  readonly rows: readonly PlannedRow[];
  /** Whether a token is drawn afterwards: all rows bring their last logits. */
  readonly draws: boolean;
}

/** Which sequences bring how many tokens: all there is to a step. */
export interface StepPlan {
  readonly groups: readonly PlannedGroup[];
}

/**
 * Plans the next step: every group that decodes brings one token a row, so that running streams keep their pace; then groups
 * that prefill bring their next chunks, in order, until `prefillTokens` is reached (but never nobody).
 *
 * @param running groups in the order they were admitted; together they have no more rows than a step can hold
 */
export function planStep(running: readonly SequenceGroup[], prefillTokens: number): StepPlan {
  const runnable = running.filter((group) => group.isRunnable);
  const groups = runnable.filter((group) => group.phase === 'decoding').map(decode);
  let budget = prefillTokens;
  for (const group of runnable) {
    if (group.phase !== 'prefilling') continue;
    const planned = prefill(group);
    const tokens = countTokens(planned);
    if (tokens > budget && budget < prefillTokens) break;
    budget -= tokens;
    groups.push(planned);
  }
  return { groups };
}

/** Tokens a group brings, all rows. */
export function countTokens(planned: PlannedGroup): number {
  return planned.rows.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** What the runner is given for one row. */
export function sliceOf({ row, tokens, logits }: PlannedRow, group: SequenceGroup): StepSlice {
  const { past, kv } = row;
  const { spec, features } = group.request;
  const inputs = past < row.promptTokens ? promptTokens(row.prompt, past, past + tokens, features) : row.next;
  return { kv, past, tokens: inputs, logits, head: spec.head };
}

function decode(group: SequenceGroup): PlannedGroup {
  return { group, rows: group.rows.map((row) => ({ row, tokens: 1, logits: 'last' })), draws: true };
}

// The last chunks of a pair go together, so that both rows' logits come from the same step: the shorter prompt waits for the
// other before its last chunk.
function prefill(group: SequenceGroup): PlannedGroup {
  const { output } = group.request.spec;
  const wantsAll = output.kind === 'logits' && output.prompt;
  const chunks = group.rows.map((row) => ({ row, end: chunkEnd(row.past, row.promptTokens) }));
  const isLast = chunks.every(({ row, end }) => end === row.promptTokens);
  const rows = chunks
    .filter(({ row, end }) => isLast || end < row.promptTokens)
    .map(({ row, end }) => ({ row, tokens: end - row.past, logits: wantedLogits(isLast, wantsAll && row === group.cond) }));
  return { group, rows, draws: isLast };
}

function wantedLogits(isLast: boolean, wantsAll: boolean): StepSlice['logits'] {
  if (wantsAll) return 'all';
  return isLast ? 'last' : 'none';
}
