import type { Fingerprint, Proof } from './receipt.ts';

/** Where two results part. */
export interface Difference {
  /** First position whose ids differ, with both ids; undefined past the end of one. Unset: all ids are the same. */
  readonly ids?: { readonly position: number; readonly was: number | undefined; readonly is: number | undefined };
  /** First of the positions with a hash whose logits differ. */
  readonly logits?: { readonly position: number; readonly was: string; readonly is: string };
}

/** A condition of the result that is not what it was. */
export interface Cause {
  /** `revision`, `fingerprint.<field>`, or `picture <path>`. */
  readonly field: string;
  readonly was: string;
  readonly is: string;
}

/** Compares ids and logit hashes. @returns undefined if all are the same */
export function firstDifference(was: Pick<Proof, 'ids' | 'logitHashes'>, is: Pick<Proof, 'ids' | 'logitHashes'>): Difference | undefined {
  const ids = differentIds(was.ids, is.ids);
  const logits = differentLogits(was.logitHashes, is.logitHashes);
  return ids || logits ? { ...(ids ? { ids } : {}), ...(logits ? { logits } : {}) } : undefined;
}

/** What explains a difference: another model, other numerics. */
export function causesOf(was: Pick<Proof, 'revision' | 'fingerprint'>, is: Pick<Proof, 'revision' | 'fingerprint'>): Cause[] {
  const revision = was.revision === is.revision ? [] : [{ field: 'revision', was: was.revision, is: is.revision }];
  return [...revision, ...differentNumerics(was.fingerprint ?? {}, is.fingerprint ?? {})];
}

function differentIds(was: readonly number[], is: readonly number[]): Difference['ids'] {
  for (let position = 0; position < Math.max(was.length, is.length); position++) {
    if (was[position] !== is[position]) return { position, was: was[position], is: is[position] };
  }
  return undefined;
}

function differentLogits(was: Proof['logitHashes'], is: Proof['logitHashes']): Difference['logits'] {
  const now = new Map(is.map(({ position, hash }) => [position, hash]));
  for (const { position, hash } of was) {
    const other = now.get(position);
    if (other !== undefined && other !== hash) return { position, was: hash, is: other };
  }
  return undefined;
}

/** Field by field; the digest only where no field explains it. */
function differentNumerics(was: Fingerprint, is: Fingerprint): Cause[] {
  const causes: Cause[] = [];
  for (const field of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (was[field] !== is[field]) causes.push({ field: `fingerprint.${field}`, was: shown(was[field]), is: shown(is[field]) });
  }
  return causes.length > 1 ? causes.filter(({ field }) => field !== 'fingerprint.digest') : causes;
}

function shown(value: string | number | undefined): string {
  return value === undefined ? 'unknown' : String(value);
}
