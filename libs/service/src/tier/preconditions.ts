import { failedPrecondition } from '@janus-mesh/rpc';

/**
 * Refuses a request that was made for another model.
 *
 * @throws {MeshError} FAILED_PRECONDITION, REVISION_MISMATCH
 */
export function requireRevision(served: string, expected: string): void {
  if (expected === served) return;
  const asked = expected === '' ? 'no revision' : `revision ${expected}`;
  throw failedPrecondition('REVISION_MISMATCH', `the request expects ${asked}, this tier serves ${served}`, {
    metadata: { expected, served }
  });
}

/**
 * Refuses diagnostic fields of a request where diagnostics are off.
 *
 * @param fields by path, whether the request sets them
 * @throws {MeshError} FAILED_PRECONDITION, DIAGNOSTICS_OFF
 */
export function requireDiagnostics(enabled: boolean, fields: Readonly<Record<string, boolean | undefined>>): void {
  if (enabled) return;
  const asked = Object.keys(fields).filter((field) => fields[field]);
  if (asked.length === 0) return;
  throw failedPrecondition('DIAGNOSTICS_OFF', `${asked.join(', ')}: diagnostics are off here; start the tier with them to use this`);
}
