import { expect, test } from 'vitest';
import { Code, type CodeName } from '../errors/code.ts';
import { outcomeOf } from './call-outcome.ts';

test.each<[CodeName, string, string]>([
  ['OK', '', 'ok'],
  ['CANCELLED', 'CANCELLED', 'cancelled'],
  ['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'cancelled'],
  ['RESOURCE_EXHAUSTED', 'UNREAD_STREAM', 'cancelled'],
  ['RESOURCE_EXHAUSTED', 'QUEUE_FULL', 'refused'],
  ['RESOURCE_EXHAUSTED', 'DEADLINE_TOO_SHORT', 'refused'],
  ['INVALID_ARGUMENT', 'PICTURE_CORRUPT', 'refused'],
  ['FAILED_PRECONDITION', 'REVISION_MISMATCH', 'refused'],
  ['UNAVAILABLE', 'DRAINING', 'refused'],
  ['UNAVAILABLE', 'NOT_READY', 'refused'],
  ['UNAVAILABLE', 'TIER_UNAVAILABLE', 'failed'],
  ['UNAVAILABLE', 'SHUTTING_DOWN', 'failed'],
  ['INTERNAL', 'STEP_FAILED', 'failed'],
  ['ABORTED', 'FEATURES_TIMEOUT', 'failed']
])('%s with reason %j counts as %s', (code, reason, outcome) => {
  expect(outcomeOf({ code: Code[code], reason })).toBe(outcome);
});
