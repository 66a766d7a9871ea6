import { join } from 'node:path';
import { ALLOCATOR_TUNABLES } from '../../../libs/cli/src/mesh/allocator-tunables.ts';
import { ServiceProcess } from '../../../libs/cli/src/mesh/service-process.ts';
import type { Bench, Experiment } from '../bench.ts';
import { processMemory } from '../machine.ts';

const DIST = join(import.meta.dirname, '../../../dist');
const STOP_MS = 10_000;
const GB = 1e9;

/**
 * Memory of the transformer before any request, in GB. With its weights packed in memory: `rss`, and its `peak` while it loaded. With
 * packed files: what a `second` process of the same bundle adds to both together, every page counted once (proportional set size).
 */
export const transformerMemory: Experiment = {
  id: 'memory',
  async run(bench) {
    const { results } = bench;
    if (!processMemory(process.pid)) return results.skip('memory of the transformer', 'no /proc on this system');
    const [alone] = await memoryOf(bench, 'memory', 1);
    results.addValue('transformer', 'rss', (alone?.rss ?? Number.NaN) / GB);
    results.addValue('transformer', 'peak', (alone?.peak ?? Number.NaN) / GB);
    const [single] = await memoryOf(bench, 'files', 1);
    const pair = await memoryOf(bench, 'files', 2);
    const together = pair.reduce((sum, memory) => sum + (memory?.pss ?? Number.NaN), 0);
    results.addValue('transformer', 'single-of-files', (single?.pss ?? Number.NaN) / GB);
    results.addValue('transformer', 'second', (together - (single?.pss ?? Number.NaN)) / GB);
  }
};

// Starts so many transformers one after another, and looks at all of them once they run.
async function memoryOf(bench: Bench, packedWeights: string, count: number) {
  const services: ServiceProcess[] = [];
  try {
    for (let replica = 0; replica < count; replica++) services.push(await start(bench, replica, packedWeights));
    return services.map(({ pid }) => processMemory(pid as number));
  } finally {
    for (const service of services) await service.stop(STOP_MS);
  }
}

async function start({ bundles, threads }: Bench, replica: number, packedWeights: string): Promise<ServiceProcess> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    GLIBC_TUNABLES: ALLOCATOR_TUNABLES.transformer,
    JANUS_MESH_BUNDLE: await bundles.of('w8a8'),
    JANUS_MESH_PORT: '0',
    JANUS_MESH_THREADS: String(threads),
    JANUS_MESH_PACKED_WEIGHTS: packedWeights
  };
  const service = new ServiceProcess({ name: 'transformer', replica, file: join(DIST, 'transformer.js'), env, onLine: () => {} });
  await service.ready();
  return service;
}
