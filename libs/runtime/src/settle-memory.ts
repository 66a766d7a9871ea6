import { trimMemory } from './trim-memory.ts';

/**
 * Gives back what only the start needed: collects garbage, and returns what became free to the system. For the end of a warm-up: it takes
 * some 100 ms, in which nothing else happens. V8 by itself would do so only after much more was allocated, which a service that computes
 * outside its heap may not do for hours.
 */
export async function settleMemory(): Promise<void> {
  await collectGarbage().catch(() => undefined); // not allowed, or not built in: then it comes later
  trimMemory();
}

async function collectGarbage(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}
