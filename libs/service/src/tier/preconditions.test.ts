import { Code } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { requireDiagnostics, requireRevision } from './preconditions.ts';

test('another revision is refused, naming both', () => {
  expect(() => requireRevision('aaa', 'bbb')).toThrow(
    expect.objectContaining({
      code: Code.FAILED_PRECONDITION,
      reason: 'REVISION_MISMATCH',
      message: 'the request expects revision bbb, this tier serves aaa',
      metadata: { expected: 'bbb', served: 'aaa' }
    })
  );
  expect(() => requireRevision('aaa', '')).toThrow('the request expects no revision, this tier serves aaa');
});

test('the served revision is accepted', () => {
  expect(requireRevision('aaa', 'aaa')).toBeUndefined();
});

test('diagnostic fields are refused where diagnostics are off, naming those that are set', () => {
  const fields = { 'start.raw_pixels': true, 'start.latents': undefined };
  expect(() => requireDiagnostics(false, fields)).toThrow(
    expect.objectContaining({
      code: Code.FAILED_PRECONDITION,
      reason: 'DIAGNOSTICS_OFF',
      message: expect.stringMatching(/^start.raw_pixels: /)
    })
  );
});

test('unset diagnostic fields, and any where diagnostics are on, are accepted', () => {
  expect(requireDiagnostics(false, { 'start.raw_pixels': false })).toBeUndefined();
  expect(requireDiagnostics(true, { 'start.raw_pixels': true })).toBeUndefined();
});
