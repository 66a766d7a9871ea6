import { Code, MeshError } from '@janus-mesh/client';
import { CommandError } from '../report.ts';

/**
 * Passes a stream's events on. A mesh that goes away after it began to answer is told from one that was never there.
 *
 * @param doing what the mesh was doing, for the message
 * @throws {CommandError} mesh_lost
 */
export async function* untilLost<Event>(events: AsyncIterable<Event>, doing: string): AsyncGenerator<Event, void, undefined> {
  let hasBegun = false;
  try {
    for await (const event of events) {
      hasBegun = true;
      yield event;
    }
  } catch (error) {
    // Without details of its own the error is the transport's: nobody is left who could send any.
    const isLost = error instanceof MeshError && error.code === Code.UNAVAILABLE && error.reason === 'UNAVAILABLE';
    if (!hasBegun || !isLost) throw error;
    throw new CommandError('mesh_lost', `the mesh went away while it was ${doing} (${error.message}); see its log, then try again`);
  }
}
