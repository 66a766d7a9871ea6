import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectMesh, type MeshClient, userMessage } from '@janus-mesh/client';
import { orchestrator } from '@janus-mesh/orchestrator';
import { addressesOf, addressOf, startTestMesh, type TestMesh } from '../../../services/orchestrator/src/testing/test-mesh.ts';
import type { Experiment } from '../bench.ts';
import { idleTransformer } from '../idle-transformer.ts';
import type { Results } from '../results.ts';
import { median } from '../statistics.ts';

type Variables = Readonly<Record<string, string>>;

const STREAMS = 4;
const TOKENS = 200;
/** Turns of either side in a round, after those that warm up. */
const TURNS = 10;
const WARM_UP = 4;

interface Side {
  readonly name: 'off' | 'on';
  turn(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * What telemetry takes: processor time of a token of an answer, µs, with export off and on, of orchestrator, transformer and their client
 * in one process. The transformer has no network here: with one, where its weights happen to lie in memory makes more of a difference
 * than what is looked for. On: traces and metrics over OTLP to a process of its own, ten times as often as by default. The sides take
 * turns, and are made anew each round. `cost`: what export adds, % of a token of the embedded model, whose tokens are the cheapest
 * there are; that token's time is taken in the same run.
 */
export const telemetryCost: Experiment = {
  id: 'telemetry',
  async run({ rounds, isQuick, results, say }) {
    const receiver = await startReceiver();
    const mesh = await startTestMesh('tiny-shapes', { JANUS_MESH_PREFIX_CACHE_SHARE: '0' });
    const found = { off: [] as number[], on: [] as number[], embedded: [] as number[] };
    try {
      for (let turn = 0; turn < WARM_UP; turn++) await tokenMicroseconds(mesh.client);
      for (let round = 0; round <= (isQuick ? 2 : rounds); round++) {
        const { off, on } = await roundOf(mesh, receiver.variables, round);
        const embedded = await tokenMicroseconds(mesh.client);
        say(`telemetry, ${round === 0 ? 'warm-up' : `round ${round}`}: ${off.toFixed(0)} µs off, ${on.toFixed(0)} µs on`);
        if (round === 0) continue;
        found.off.push(off);
        found.on.push(on);
        found.embedded.push(embedded);
      }
      await receiver.requireExports();
    } finally {
      await mesh.stop();
      receiver.close();
    }
    report(results, found);
  }
};

function report(results: Results, { off, on, embedded }: Readonly<Record<'off' | 'on' | 'embedded', readonly number[]>>): void {
  const add = (subject: string, name: string, samples: readonly number[]) => results.add({ subject, case: name, samples, disturbed: 0 });
  add('export off', 'token-cpu', off);
  add('export on', 'token-cpu', on);
  add('embedded model', 'token-cpu', embedded);
  add(
    'telemetry',
    'cost',
    on.map((micros, round) => (100 * (micros - (off[round] as number))) / median(embedded))
  );
}

/** One round. Who is made first, and who takes the first turn, changes from round to round. */
async function roundOf(mesh: TestMesh, variables: Variables, round: number): Promise<Record<Side['name'], number>> {
  const sides: Side[] = [];
  for (const name of round % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const))
    sides.push(await startSide(mesh, name, variables));
  const turns = { off: [] as number[], on: [] as number[] };
  try {
    for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
      for (const side of turn % 2 === 0 ? sides : sides.toReversed()) turns[side.name].push(await side.turn());
    }
  } finally {
    for (const side of sides) await side.stop();
  }
  return { off: median(turns.off.slice(WARM_UP)), on: median(turns.on.slice(WARM_UP)) };
}

async function startSide(mesh: TestMesh, name: Side['name'], variables: Variables): Promise<Side> {
  const tier = await mesh.start(idleTransformer, name === 'on' ? variables : {});
  const front = await mesh.start(orchestrator, { ...addressesOf({ ...mesh, transformer: tier }), ...(name === 'on' ? variables : {}) });
  const client = connectMesh(addressOf(front));
  return {
    name,
    turn: () => tokenMicroseconds(client),
    async stop() {
      client.close();
      for (const service of [front, tier]) await service.stop(0);
    }
  };
}

async function startReceiver() {
  const child = fork(join(import.meta.dirname, '../receiver-main.ts'), { execArgv: ['--import', 'tsx'] });
  const [endpoint] = await once(child, 'message');
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '500', OTEL_METRIC_EXPORT_INTERVAL: '6000' };
  // What tunes OpenTelemetry it reads from the process itself.
  Object.assign(process.env, variables);
  return {
    variables,
    async requireExports() {
      child.send('count');
      const [{ spans, metrics }] = await once(child, 'message');
      if (spans === 0 || metrics === 0) throw new Error(`exported were ${spans} spans and ${metrics} metrics`);
    },
    close: () => void child.kill()
  };
}

async function tokenMicroseconds(client: MeshClient): Promise<number> {
  const since = process.cpuUsage();
  let tokens = 0;
  const ask = async (seed: number) => {
    const request = { messages: [userMessage('Tell me of shapes.')], temperature: 100, maxTokens: TOKENS, seed: BigInt(seed) };
    for await (const event of client.chat(request)) if (event.$case === 'delta') tokens += event.value.tokenIds.length;
  };
  await Promise.all(Array.from({ length: STREAMS }, (_, seed) => ask(seed)));
  const { user, system } = process.cpuUsage(since);
  return (user + system) / tokens;
}
