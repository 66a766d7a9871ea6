import type { PositionHash } from './engine-event.ts';
import type { RequestedOutput } from './engine-request.ts';
import { logProbability } from './log-probability.ts';
import { logitHash } from './logit-hash.ts';
import type { SequenceGroup } from './sequence-group.ts';
import type { FinishReason } from './stop.ts';
import type { PickedToken } from './token-picker.ts';

/** Sends the caller what it wants to know of one token; before the group counts it. */
export function sendToken(group: SequenceGroup, { id, logits }: PickedToken, cond: Float32Array, uncond: Float32Array | undefined): void {
  const wanted = group.request.spec.output;
  if (wanted.kind === 'tokens') sendId(group, id, hashesOf(logits, group.newTokens, wanted));
  else if (wanted.kind === 'logprobs') sendLogProbability(group, logProbability(logits, id));
  else sendLogits(group, cond, uncond && { uncond: uncond.slice(), guided: logits.slice() });
}

/** Sends logits at positions of the prompt, from `first` on, where the caller wants them. @param rows f32 [n, vocabulary] */
export function sendPromptLogits(group: SequenceGroup, first: number, rows: Float32Array): void {
  const { spec, output } = group.request;
  if (spec.output.kind !== 'logits' || !spec.output.prompt) return;
  output.push({ kind: 'promptLogits', first, rows: rows.slice() }, { bytes: rows.byteLength });
}

/** Tells the caller that a sample is complete. */
export function sendFinished(group: SequenceGroup, reason: FinishReason): void {
  const { sample, newTokens } = group;
  group.request.output.push({ kind: 'finished', sample, reason, promptTokens: group.cond.promptTokens, newTokens });
}

interface TokenHashes {
  readonly hashes: bigint[];
  readonly positionHashes: PositionHash[];
}

function hashesOf(logits: Float32Array, position: number, wanted: Extract<RequestedOutput, { kind: 'tokens' }>): TokenHashes {
  const isAsked = wanted.hashPositions?.includes(position) ?? false;
  if (!wanted.hashes && !isAsked) return { hashes: [], positionHashes: [] };
  const hash = logitHash(logits);
  return { hashes: wanted.hashes ? [hash] : [], positionHashes: isAsked ? [{ position, hash }] : [] };
}

function sendId(group: SequenceGroup, id: number, { hashes, positionHashes }: TokenHashes): void {
  const { sample } = group;
  group.request.output.push(
    { kind: 'tokens', sample, ids: [id], hashes, positionHashes },
    {
      join(unread) {
        if (unread.kind !== 'tokens' || unread.sample !== sample) return false;
        unread.ids.push(id);
        unread.hashes.push(...hashes);
        unread.positionHashes.push(...positionHashes);
        return true;
      }
    }
  );
}

function sendLogProbability(group: SequenceGroup, value: number): void {
  group.request.output.push(
    { kind: 'logprobs', first: group.newTokens, values: [value] },
    {
      join(unread) {
        if (unread.kind !== 'logprobs') return false;
        unread.values.push(value);
        return true;
      }
    }
  );
}

function sendLogits(group: SequenceGroup, cond: Float32Array, pair: { uncond: Float32Array; guided: Float32Array } | undefined): void {
  const bytes = cond.byteLength * (pair ? 3 : 1);
  group.request.output.push({ kind: 'stepLogits', step: group.newTokens, cond: cond.slice(), ...pair }, { bytes });
}
