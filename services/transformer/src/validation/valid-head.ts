import { Head as WireHead } from '@janus-mesh/contracts';
import type { FieldViolation } from '@janus-mesh/rpc';
import type { Head } from '../engine/model-runner.ts';

/** Reads which head is meant; text where it is none. */
export function validHead(head: WireHead, field: string, violations: FieldViolation[]): Head {
  if (head === WireHead.HEAD_TEXT) return 'text';
  if (head === WireHead.HEAD_CODES) return 'codes';
  violations.push({ field, description: `${head} is no head; it must be HEAD_TEXT or HEAD_CODES` });
  return 'text';
}
