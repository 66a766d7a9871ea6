import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PreviewMode, picture, userMessage } from '@janus-mesh/client';
import { startTestMesh, type TestMesh } from '../support/mesh.ts';
import type { Bench } from './bench.ts';
import { processMemory, residentBytes } from './machine.ts';
import { noisePicture } from './noise-picture.ts';
import { mean, type Slope, slope } from './statistics.ts';

const SAMPLE_MS = 500;
/** A point of the line is the mean of a twentieth of the time: what comes and goes within it, such as a question's KV cache, is no growth. */
const WINDOWS = 20;
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
 * minutes the resident memory of each service is watched.
 *
 * @throws {Error} where there is no /proc
 */
export async function soak(bench: Bench, minutes: number): Promise<SoakedService[]> {
  await using mesh = await startTestMesh({
    bundle: await bench.bundles.of('w8a8'),
    threads: bench.threads,
    spin: true,
    diagnostics: false,
    env: { JANUS_MESH_DEADLINE_SECONDS: String(DEADLINE_MS / 1000) },
    settings: SMALL_CACHES
  });
  const ending = new AbortController();
  const end = ending.signal;
  const loads = [questions, texts, hangUps].map((load) => keepCalling(() => load(mesh, end), end));
  const watching = watch(mesh, { end, windowMs: (minutes * 60_000) / WINDOWS, say: bench.say });
  const all = [watching, ...loads, ...drawers(mesh, end)].map((each) => each.finally(() => ending.abort()));
  await Promise.all(all);
  const readings = await watching;
  return mesh.mesh.processes.map(({ label, pid }) => {
    const memory = processMemory(pid as number);
    return { service: label, ...slope(readings.get(label) ?? []), rssMb: (memory?.rss ?? 0) / MB, peakMb: (memory?.peak ?? 0) / MB };
  });
}

interface Watch {
  readonly end: AbortSignal;
  readonly windowMs: number;
  say(message: string): void;
}

// Points of each service's line, in minutes and MB.
async function watch({ mesh }: TestMesh, { end, windowMs, say }: Watch): Promise<Map<string, [number, number][]>> {
  const windows = new Map(mesh.processes.map(({ label }) => [label, [] as [number, number][]]));
  const started = performance.now();
  const minutes = () => (performance.now() - started) / 60_000;
  await sleep(WARM_UP_MS, undefined, { signal: end }).catch(() => {});
  for (let window = 0; window < WINDOWS && !end.aborted; window++) {
    const middle = minutes() + windowMs / 120_000;
    const readings = await readWindow(mesh.processes, windowMs, end);
    for (const [label, values] of readings) windows.get(label)?.push([middle, mean(values) / MB]);
    say(`soak, ${minutes().toFixed(1)} min`);
  }
  return windows;
}

// What each service holds during a window, in bytes.
async function readWindow(processes: TestMesh['mesh']['processes'], windowMs: number, end: AbortSignal): Promise<Map<string, number[]>> {
  const readings = new Map(processes.map(({ label }) => [label, [] as number[]]));
  const started = performance.now();
  while (performance.now() - started < windowMs && !end.aborted) {
    await sleep(SAMPLE_MS, undefined, { signal: end }).catch(() => {});
    for (const { label, pid } of processes) {
      const resident = residentBytes(pid as number);
      if (resident === undefined) throw new Error('no /proc on this system: memory cannot be watched');
      readings.get(label)?.push(resident);
    }
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
