import { once } from 'node:events';
import { createServer } from 'node:net';
import { type GenerateRequest, type GenerateStart, Head, type ScoreRequest } from '@janus-mesh/contracts';
import { createLogger } from '@janus-mesh/telemetry';
import { openTelemetry } from '@janus-mesh/telemetry/register';
import { expect, onTestFinished, test } from 'vitest';
import { type FakeTier, fakeTier, REVISION } from '../testing/fake-tier.ts';

const ids = (...values: number[]) => [{ content: { $case: 'ids' as const, value: { ids: values } } }];

/** A transformer with a runner that computes nothing, whose metrics Prometheus finds. */
async function measuredTier(): Promise<FakeTier & { scrape: () => Promise<(series: string) => number | undefined> }> {
  const port = await freePort();
  const telemetry = await openTelemetry({
    service: 'transformer',
    version: '0',
    settings: { traces: false, metrics: false, metricsIntervalMs: 60_000 },
    prometheus: { host: '127.0.0.1', port },
    logger: createLogger({ service: 'transformer', level: 'silent' })
  });
  telemetry.identify(REVISION);
  const tier = await fakeTier({ telemetry });
  onTestFinished(() => telemetry.close());
  const scrape = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return (series: string) => {
      const [name, kind] = series.split(' ');
      const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && (!kind || each.includes(`janus_kind="${kind}"`)));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    };
  };
  return { ...tier, scrape };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await once(server.close(), 'close');
  return port;
}

async function* request(changes: Partial<GenerateStart>): AsyncGenerator<GenerateRequest> {
  const sampling = { temperature: 0, topK: 0, topP: 1, seed: 0n };
  const start = { revision: REVISION, head: Head.HEAD_TEXT, prompt: ids(1, 2, 3), sampling, samples: 1, maxNewTokens: 4, ...changes };
  const rest = { negativePrompt: [], guidanceWeight: 0, stopIds: [], caller: '', forcedIds: [], hashPositions: [] };
  yield { message: { $case: 'start', value: { ...rest, ...start } } };
}

async function run(tier: FakeTier, changes: Partial<GenerateStart> = {}): Promise<void> {
  for await (const _ of tier.client.generate(request(changes))) void _;
}

test('tokens, gaps between them, waits and steps are counted, each by its kind', async () => {
  const tier = await measuredTier();
  await run(tier);
  await run(tier, { head: Head.HEAD_CODES, samples: 2, negativePrompt: ids(1, 9), guidanceWeight: 5 });
  const value = await tier.scrape();
  expect(value('janus_generated_tokens_total text')).toBe(4);
  expect(value('janus_generated_tokens_total image')).toBe(8);
  expect(value('janus_inter_token_gap_seconds_count text')).toBe(3);
  expect(value('janus_inter_token_gap_seconds_count image')).toBe(6);
  expect(value('janus_queue_wait_seconds_count text')).toBe(1);
  expect(value('janus_queue_wait_seconds_count image')).toBe(1);
  expect(value('janus_step_tokens_sum')).toBe(tier.engine.stats().stepTokens);
  expect(value('janus_step_duration_seconds_count')).toBe(tier.engine.stats().steps);
  expect(value('janus_step_failures_total')).toBe(0);
  expect(value('janus_rows_limit')).toBe(4);
});

test('what is scored waits as the rest does, and generates nothing', async () => {
  const tier = await measuredTier();
  async function* scored(): AsyncGenerator<ScoreRequest> {
    const start = {
      revision: REVISION,
      head: Head.HEAD_TEXT,
      prompt: ids(1, 2, 3),
      negativePrompt: [],
      guidanceWeight: 0,
      continuation: [4]
    };
    yield { message: { $case: 'start', value: start } };
  }
  for await (const _ of tier.client.score(scored())) void _;
  const value = await tier.scrape();
  expect(value('janus_queue_wait_seconds_count text')).toBe(1);
  expect(value('janus_generated_tokens_total text')).toBe(0);
});

test('a step that fails is counted, and its request is a failure', async () => {
  const tier = await measuredTier();
  tier.runner.during(0, () => {
    throw new Error('no network');
  });
  await expect(run(tier)).rejects.toMatchObject({ reason: 'STEP_FAILED' });
  const value = await tier.scrape();
  expect(value('janus_step_failures_total')).toBe(1);
  expect(value('janus_failures_total')).toBe(0); // the one of INTERNAL
  expect(value('janus_requests_running')).toBe(0);
});
