import { Engine } from '../engine.ts';
import type { EngineEvent } from '../engine-event.ts';
import type { EngineOptions } from '../engine-options.ts';
import type { EngineRequest } from '../engine-request.ts';
import { checkInvariants, type EngineSnapshot } from '../invariants.ts';
import type { RequestHandle } from '../request-handle.ts';
import { FakeRunner, type FakeRunnerOptions } from './fake-runner.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A text request with a prompt of so many different tokens; greedy unless told otherwise. */
export function textRequest(promptTokens: number, changes: Partial<EngineRequest> = {}): EngineRequest {
  return {
    head: 'text',
    prompt: [{ kind: 'ids', ids: Array.from({ length: promptTokens }, (_, i) => (i * 7 + promptTokens) % 50) }],
    guidanceWeight: 1,
    sampling: { temperature: 0, topK: 0, topP: 1 },
    seed: 0n,
    samples: 1,
    maxNewTokens: 3,
    stopIds: new Set(),
    forcedIds: [],
    caller: 'test',
    output: { kind: 'tokens', hashes: true },
    ...changes
  };
}

/** A guided picture request: a pair of rows. */
export function pictureRequest(promptTokens: number, negativeTokens: number, changes: Partial<EngineRequest> = {}): EngineRequest {
  return textRequest(promptTokens, {
    head: 'codes',
    negativePrompt: [{ kind: 'ids', ids: new Array(negativeTokens).fill(3) }],
    guidanceWeight: 5,
    ...changes
  });
}

/** What a caller got. */
export interface Received {
  /** By sample. */
  readonly ids: number[][];
  readonly hashes: bigint[][];
  readonly events: EngineEvent[];
  readonly error: Error | undefined;
}

/** Reads a request to its end. */
export async function receive(handle: RequestHandle): Promise<Received> {
  const received: Received = { ids: [], hashes: [], events: [], error: undefined };
  try {
    for await (const event of handle.events) {
      received.events.push(event);
      if (event.kind !== 'tokens') continue;
      const { sample, ids, hashes } = event;
      received.ids[sample] = [...(received.ids[sample] ?? []), ...ids];
      received.hashes[sample] = [...(received.hashes[sample] ?? []), ...hashes];
    }
  } catch (error) {
    return { ...received, error: error as Error };
  }
  return received;
}

/** An engine on a fake runner and a virtual clock, whose invariants are checked after every step. */
export function makeBench({
  runner: runnerOptions,
  ...options
}: Partial<Omit<EngineOptions, 'runner' | 'clock'>> & { runner?: FakeRunnerOptions } = {}) {
  const runner = new FakeRunner(runnerOptions);
  const clock = new VirtualClock();
  const broken: unknown[] = [];
  let before: EngineSnapshot | undefined;
  const engine = new Engine({
    kvBudgetBytes: 100_000,
    ...options,
    runner,
    clock,
    onStep(step) {
      options.onStep?.(step);
      const snapshot = engine.snapshot();
      try {
        checkInvariants(snapshot, before);
      } catch (error) {
        broken.push(error);
      }
      before = snapshot;
    }
  });
  return {
    engine,
    runner,
    clock,
    submit: (request: EngineRequest) => receive(engine.submit(request)),
    /** What must hold when all is over. */
    leftovers: () => ({ ...engine.stats(), caches: runner.liveCaches - engine.stats().prefixes.entries, timers: clock.pending, broken })
  };
}

/** The leftovers of an engine that leaks nothing. */
export const NOTHING_LEFT = {
  queued: 0,
  running: 0,
  textRows: 0,
  codeRows: 0,
  groups: 0,
  kvBytesUsed: 0,
  caches: 0,
  timers: 0,
  broken: []
};
