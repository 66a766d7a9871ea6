import { Code, invalidArgument, MeshError, resourceExhausted } from '@janus-mesh/rpc';
import { describe, expect, test } from 'vitest';
import { explainTierError } from './explain-tier-error.ts';

const tier = { name: 'transformer', address: '127.0.0.1:7001' };

describe('an error of a tier', () => {
  test('that is away becomes UNAVAILABLE, naming the tier and when to try again', () => {
    for (const code of [Code.UNAVAILABLE, Code.UNIMPLEMENTED]) {
      expect(explainTierError(new MeshError(code, 'X', 'connection refused'), tier)).toMatchObject({
        code: Code.UNAVAILABLE,
        reason: 'TIER_UNAVAILABLE',
        message: 'transformer at 127.0.0.1:7001 is not available: connection refused',
        retryAfterMs: 1000,
        metadata: { tier: 'transformer' }
      });
    }
  });

  test('that refuses keeps its code, reason and retry time', () => {
    const full = resourceExhausted('QUEUE_FULL', '256 of 256 wait', { retryAfterMs: 4000 });
    expect(explainTierError(full, tier)).toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      reason: 'QUEUE_FULL',
      message: 'transformer: 256 of 256 wait',
      retryAfterMs: 4000
    });
    const mismatch = new MeshError(Code.FAILED_PRECONDITION, 'REVISION_MISMATCH', 'serves abc');
    expect(explainTierError(mismatch, tier)).toMatchObject({ code: Code.FAILED_PRECONDITION, reason: 'REVISION_MISMATCH' });
  });

  test('loses the field paths of the internal request', () => {
    const refused = invalidArgument([{ field: 'start.prompt', description: 'is empty' }]);
    expect(explainTierError(refused, tier)).toMatchObject({ code: Code.INVALID_ARGUMENT, violations: [] });
  });

  test('of any other kind is a fault of the mesh', () => {
    expect(explainTierError(new MeshError(Code.UNKNOWN, 'UNKNOWN', 'boom'), tier)).toMatchObject({
      code: Code.INTERNAL,
      message: 'transformer failed: boom'
    });
  });

  test('is left as it is where our own abort caused it', () => {
    const echo = new MeshError(Code.CANCELLED, 'CANCELLED', 'cancelled');
    expect(explainTierError(echo, tier, AbortSignal.abort())).toBe(echo);
  });
});
