import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Graph, MICROSOFT, modelBytes } from '@janus-mesh/onnx';
import { openRuntime, type Runtime, type Value } from '@janus-mesh/runtime';
import { PRODUCT, READ_BYTES } from '../limit-work.ts';
import type { OpenSubject } from '../row.ts';

/**
 * What the machine can do at most, measured beside everything else. `read`: READ_BYTES are read by all threads. `int8`: one large product
 * of bytes, by the operator that int8 linears run.
 */
export const open: OpenSubject = async ({ threads }) => {
  const readers = startReaders(threads);
  const product = await openProduct(openRuntime({ threads }));
  const runs: Readonly<Record<string, () => Promise<unknown>>> = { read: () => readAll(readers), int8: () => product.run() };
  return {
    cases: Object.keys(runs),
    async once(name) {
      const run = runs[name];
      if (!run) throw new RangeError(`no case ${name}`);
      let best = Number.POSITIVE_INFINITY;
      // A limit is what can be reached: of three runs the fastest.
      for (let i = 0; i < 3; i++) {
        const started = performance.now();
        await run();
        best = Math.min(best, performance.now() - started);
      }
      return best;
    },
    async close() {
      await Promise.all(readers.map((reader) => reader.terminate()));
      product.release();
    }
  };
};

function startReaders(threads: number): Worker[] {
  const memory = new SharedArrayBuffer(READ_BYTES);
  new Uint8Array(memory).fill(1);
  const bytes = Math.floor(READ_BYTES / threads);
  return Array.from(
    { length: threads },
    (_, i) => new Worker(new URL('./read-thread.mjs', import.meta.url), { workerData: { memory, offset: i * bytes, bytes } })
  );
}

function readAll(readers: readonly Worker[]): Promise<unknown> {
  return Promise.all(
    readers.map((reader) => {
      const done = once(reader, 'message');
      reader.postMessage('read');
      return done;
    })
  );
}

async function openProduct(runtime: Runtime): Promise<{ run(): Promise<void>; release(): void }> {
  const { m, k, n } = PRODUCT;
  const graph = new Graph('product');
  graph.input('a', 'u8', [m, k]);
  const weights = [
    graph.weight({ name: 'b', dtype: 'i8', dims: [k, n] }),
    graph.weight({ name: 'scales', dtype: 'f32', dims: [n] })
  ] as const;
  const zeroPoint = graph.constant({ name: 'zero', dtype: 'u8', dims: [] }, Uint8Array.of(128));
  graph.node('MatMulIntegerToFloat', ['a', weights[0], graph.scalar(1), weights[1], zeroPoint], { domain: MICROSOFT, outputs: ['y'] });
  graph.output('y', 'f32', [m, n]);
  const values = new Map<string, Value>([
    [
      'b',
      runtime.tensor(
        'i8',
        [k, n],
        new Int8Array(k * n).map((_, i) => i * 17)
      )
    ],
    ['scales', runtime.tensor('f32', [n], new Float32Array(n).fill(1))]
  ]);
  const session = await runtime.createSession({ model: modelBytes(graph), weights: values });
  const call = session.newCall(['a'], ['y']);
  call.setInput(
    'a',
    runtime.tensor(
      'u8',
      [m, k],
      new Uint8Array(m * k).map((_, i) => i * 31)
    )
  );
  call.setOutput('y', runtime.tensor('f32', [m, n]));
  return { run: () => call.run(), release: () => session.release() };
}
