import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PreviewMode, picture, userMessage } from '@janus-mesh/client';
import { startTestMesh, type TestMesh } from '../support/mesh.ts';
import type { Bench } from './bench.ts';
import { processMemory } from './machine.ts';
import { noisePicture } from './noise-picture.ts';
import { type Slope, slope } from './statistics.ts';

const SAMPLE_MS = 5_000;
const WARM_UP_MS = 120_000;
/** Nothing ends for time alone, however slow the machine is. */
const DEADLINE_MS = 3_600_000;
const MB = 1e6;
const DRAWERS = 4;
/** Of 24 of a picture. */
const PREVIEWS_AHEAD = 24 / DRAWERS;
/** Caches that are full before anything is counted: what grows after that is no cache. */
const SMALL_CACHES = {
  transformer: {
    JANUS_MESH_KV_BUDGET_BYTES: String(1_000 * MB),
    JANUS_MESH_PREFIX_CACHE_SHARE: '0.1',
    JANUS_MESH_FEATURE_CACHE_BYTES: String(20 * MB)
  },
  'vision-encoder': { JANUS_MESH_FEATURE_CACHE_BYTES: String(10 * MB) }
};

/** How the memory of a service went under load, in MB a minute. */
export interface SoakedService extends Slope {
  readonly service: string;
  /** At the end, in MB. */
  readonly rssMb: number;
  readonly peakMb: number;
}

/**
 * Loads a mesh with everything it does, mixed: questions with new pictures, texts, drawings with previews, cancelled calls. After two
 * minutes the resident memory of each service is watched every five seconds.
 *
 * @throws {Error} where there is no /proc
 */
export async function soak(bench: Bench, minutes: number): Promise<SoakedService[]> {
  await using mesh = await startTestMesh({
    bundle: await bench.bundles.of('w8a8'),
    threads: bench.threads,
    diagnostics: false,
    env: { JANUS_MESH_DEADLINE_SECONDS: String(DEADLINE_MS / 1000) },
    settings: SMALL_CACHES
  });
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), WARM_UP_MS + Math.round(minutes * 60_000));
  const end = ending.signal;
  const loads = [questions, texts, hangUps].map((load) => keepCalling(() => load(mesh, end), end));
  const callers = [...loads, ...drawers(mesh, end)].map((caller) => caller.finally(() => ending.abort()));
  const [readings] = await Promise.all([watch(mesh, end, bench.say), ...callers]).finally(() => clearTimeout(timer));
  return mesh.mesh.processes.map(({ label, pid }) => {
    const memory = processMemory(pid as number);
    return { service: label, ...slope(readings.get(label) ?? []), rssMb: (memory?.rss ?? 0) / MB, peakMb: (memory?.peak ?? 0) / MB };
  });
}

async function watch({ mesh }: TestMesh, end: AbortSignal, say: (message: string) => void): Promise<Map<string, [number, number][]>> {
  const readings = new Map<string, [number, number][]>(mesh.processes.map(({ label }) => [label, []]));
  const started = performance.now();
  while (!end.aborted) {
    await sleep(SAMPLE_MS, undefined, { signal: end }).catch(() => {});
    const passed = performance.now() - started;
    for (const { label, pid } of mesh.processes) {
      const memory = processMemory(pid as number);
      if (!memory) throw new Error('no /proc on this system: memory cannot be watched');
      if (passed > WARM_UP_MS) readings.get(label)?.push([passed / 60_000, memory.rss / MB]);
    }
    say(`soak, ${(passed / 60_000).toFixed(1)} min`);
  }
  return readings;
}

// An error of one call ends the soak, unless it is the end that broke it off.
async function keepCalling(call: () => Promise<void>, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    try {
      await call();
    } catch (error) {
      if (!end.aborted) throw error;
    }
  }
}

async function questions({ client }: TestMesh, signal: AbortSignal): Promise<void> {
  const question = userMessage(picture(await noisePicture()), 'What is in the picture?');
  for await (const _ of client.chat({ messages: [question], maxTokens: 32, temperature: 1 }, { signal }));
}

async function texts({ client }: TestMesh, signal: AbortSignal): Promise<void> {
  const text = `Tell me about the number ${Math.floor(Math.random() * 1e6)}.`;
  for await (const _ of client.chat({ messages: [userMessage(text)], maxTokens: 64, temperature: 1, topP: 0.95 }, { signal }));
}

// A drawing takes memory row by row and gives it back at once. One after another is ahead of the next by the same part of a picture: so
// what they take together stays about the same. They go without guidance: pairs are drawn by those who hang up.
function drawers(mesh: TestMesh, end: AbortSignal): Promise<void>[] {
  let isAhead: Promise<unknown> = Promise.resolve();
  return Array.from({ length: DRAWERS }, () => {
    const rows = new EventEmitter();
    const begin = isAhead;
    isAhead = once(rows, 'ahead', { signal: end }).catch(() => {});
    return begin.then(() => keepCalling(() => drawing(mesh, end, rows), end));
  });
}

async function drawing({ client }: TestMesh, signal: AbortSignal, rows: EventEmitter): Promise<void> {
  const request = { prompt: 'A lighthouse at night.', samples: 1, guidanceWeight: 1, preview: PreviewMode.PREVIEW_MODE_EVERY_ROW };
  let previews = 0;
  for await (const { $case } of client.generateImage(request, { signal }))
    if ($case === 'preview' && ++previews === PREVIEWS_AHEAD) rows.emit('ahead');
}

async function hangUps({ client }: TestMesh, end: AbortSignal): Promise<void> {
  const call = new AbortController();
  const hangUp = () => call.abort();
  const timer = setTimeout(hangUp, 500 + Math.floor(Math.random() * 3_000));
  end.addEventListener('abort', hangUp);
  try {
    for await (const _ of client.generateImage({ prompt: 'A ship.', samples: 1 }, { signal: call.signal }));
  } catch (error) {
    if (!call.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    end.removeEventListener('abort', hangUp);
  }
}
