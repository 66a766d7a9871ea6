import { Code, connectMesh, type MeshClient, MeshError } from '@janus-mesh/client';
import { InvalidArgumentError } from 'commander';
import { CommandError } from '../report.ts';
import { parseTarget } from '../target.ts';

/** A person waits: a mesh whose machine is gone or frozen is noticed sooner than a service would need to. */
const KEEPALIVE = { keepaliveMs: 10_000, keepaliveTimeoutMs: 5_000 };
/** What costs a mesh no work is answered within this time, or not at all. */
const PATIENCE_MS = 5_000;

/**
 * A client of the mesh at an address that `--target` or `JANUS_MESH_TARGET` named.
 *
 * @throws {CommandError} usage, where the variable names none: options are looked at when they are read
 */
export function openMesh(target: string): MeshClient {
  try {
    return connectMesh(parseTarget(target), KEEPALIVE);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new CommandError('usage', `JANUS_MESH_TARGET is "${target}". ${error.message}`);
    throw error;
  }
}

/**
 * Makes a call that a mesh answers at once.
 *
 * @param call is given the deadline to pass on
 * @throws {CommandError} no_answer
 */
export async function atOnce<Answer>(target: string, call: (options: { readonly deadline: number }) => Promise<Answer>): Promise<Answer> {
  try {
    return await call({ deadline: Date.now() + PATIENCE_MS });
  } catch (error) {
    if (!(error instanceof MeshError) || error.code !== Code.DEADLINE_EXCEEDED) throw error;
    throw new CommandError(
      'no_answer',
      `something listens at ${target} but did not answer within ${PATIENCE_MS / 1000} s: is it a mesh, and does it run?`
    );
  }
}
