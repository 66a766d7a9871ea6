import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Code, MeshError } from '@janus-mesh/client';
import { seededRandom } from '@janus-mesh/tensor/testing';
import { TIERS } from '../../libs/cli/src/mesh/mesh.ts';
import type { TestMesh } from '../support/mesh.ts';
import { whatIsBusy } from '../support/unharmed.ts';
import type { Case } from './cases.ts';
import { askPublicly, type PublicResult } from './public-door.ts';

/** Requests come, and a service goes, within this time. */
const WITHIN_MS = 600;
const HEAL_MS = 20_000;

/** A mesh that can do without any one of its tiers' processes, busy long enough to lose it at work. */
export const TWO_OF_EACH = {
  replicas: Object.fromEntries(TIERS.map((tier) => [tier, 2])),
  settings: { transformer: { JANUS_MESH_SLOTS: '6', JANUS_MESH_STEP_DELAY_MS: '3' } }
};

/** What came of requests while a service went away. */
export interface Kill {
  /** Which, and how. */
  readonly what: string;
  /** Results that are neither what each request gives alone nor a proper UNAVAILABLE; what is not healed afterwards. */
  readonly faults: readonly string[];
  /** Requests that ended as UNAVAILABLE. */
  readonly lost: number;
}

/** What is done, and to whom. */
export interface KillPlan {
  readonly cases: readonly Case[];
  /** What each gives alone. */
  readonly alone: readonly PublicResult[];
  /** Services that may go. Default: any of {@link TWO_OF_EACH}. */
  readonly labels?: readonly string[];
}

const LABELS = TIERS.flatMap((tier) => [tier, `${tier}-2`]);

/** Kills a service (or tells it to end) while requests come and run, then starts it again. @param seed decides which, how and when */
export async function runThroughKill(mesh: TestMesh, { cases, alone, labels = LABELS }: KillPlan, seed: number): Promise<Kill> {
  const random = seededRandom(seed);
  const label = labels[Math.floor(random() * labels.length)] as string;
  const signal = random() < 0.5 ? 'SIGKILL' : 'SIGTERM';
  const ends = cases.map(async (each, at) => {
    await sleep(random() * WITHIN_MS);
    return await endOf(mesh, each, alone[at] as PublicResult);
  });
  await sleep(random() * WITHIN_MS);
  mesh.processes.get(label).kill(signal);
  const what = `seed ${seed}, ${signal} to ${label}`;
  const faults = (await Promise.all(ends)).filter((end) => end !== 'same');
  await mesh.processes.get(label).ended;
  await mesh.processes.startAgain(label);
  const wrong = [...faults.filter((end) => end !== 'lost'), ...(await unhealed(mesh))];
  return { what, faults: wrong.map((fault) => `${what}: ${fault}`), lost: faults.filter((end) => end === 'lost').length };
}

async function endOf({ client }: TestMesh, each: Case, alone: PublicResult): Promise<string> {
  try {
    return isDeepStrictEqual(await askPublicly(client, each), alone) ? 'same' : `${each.name}: another result than alone`;
  } catch (error) {
    return isProperLoss(error) ? 'lost' : `${each.name}: ${error}`;
  }
}

function isProperLoss(error: unknown): boolean {
  if (!(error instanceof MeshError)) return false;
  const { code, reason, retryAfterMs, requestId } = error;
  return code === Code.UNAVAILABLE && reason === 'TIER_UNAVAILABLE' && retryAfterMs === 1000 && requestId !== undefined;
}

/** Waits until every replica is there and none is busy. @returns what is not so in the end */
async function unhealed({ client }: TestMesh): Promise<string[]> {
  let found = whatIsBusy(await client.getStatus());
  for (const end = Date.now() + HEAL_MS; found.length > 0 && Date.now() < end; found = whatIsBusy(await client.getStatus()))
    await sleep(50);
  return found;
}
