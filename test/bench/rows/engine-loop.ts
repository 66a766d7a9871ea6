import { openBundle } from '@janus-mesh/bundle';
import { openRuntime } from '@janus-mesh/runtime';
import { Engine } from '../../../services/transformer/src/engine/engine.ts';
import type { EngineRequest } from '../../../services/transformer/src/engine/engine-request.ts';
import { createRunner } from '../../../services/transformer/src/runner/create-runner.ts';
import { EventLoopGaps } from '../event-loop-gaps.ts';
import type { OpenSubject } from '../row.ts';

const ROWS = 16;
const NEW_TOKENS = 40;
const KV_BYTES = 2e9;

/** `loop-top-p`: 99th percentile of the event loop's gaps while the engine runs 16 text rows with top-p 0.95, sampling included. */
export const open: OpenSubject = async ({ bundleDir, threads }) => {
  const bundle = await openBundle(bundleDir);
  const runner = await createRunner({ bundle, runtime: openRuntime({ threads }), slots: ROWS, kvBudgetBytes: KV_BYTES });
  const engine = new Engine({ runner, kvBudgetBytes: KV_BYTES });
  return {
    cases: ['loop-top-p'],
    async once() {
      const requests = Array.from({ length: ROWS }, (_, row) => engine.submit(textRequest(row)));
      const gaps = new EventLoopGaps();
      await Promise.all(requests.map(({ events }) => drain(events)));
      return gaps.stop();
    },
    async close() {
      await engine.close();
      runner.release();
    }
  };
};

function textRequest(row: number): EngineRequest {
  return {
    head: 'text',
    prompt: [{ kind: 'ids', ids: [1, 2, 3 + row] }],
    guidanceWeight: 1,
    sampling: { temperature: 1, topK: 0, topP: 0.95 },
    seed: BigInt(row),
    samples: 1,
    maxNewTokens: NEW_TOKENS,
    stopIds: new Set(),
    forcedIds: [],
    caller: `row ${row}`,
    output: { kind: 'tokens', hashes: false }
  };
}

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}
