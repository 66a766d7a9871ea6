import { parseArgs } from 'node:util';
import { CHECKPOINTS, startTestMesh } from '../support/mesh.ts';
import { openCases } from './cases.ts';
import { runThroughKill, TWO_OF_EACH } from './kills.ts';
import { askPublicly, type PublicResult } from './public-door.ts';
import { runAlone, runTogether } from './together.ts';

// npx tsx test/property/main.ts [--patterns 20] [--kills 5] [--seed n]: the i-th of each has the seed n + i
const { values } = parseArgs({
  options: {
    patterns: { type: 'string', default: '20' },
    kills: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) }
  }
});
const [patterns, kills, seed] = [Number(values.patterns), Number(values.kills), Number(values.seed)];
console.log(`batched = isolated: ${patterns} arrival patterns, ${kills} kills, --seed ${seed}`);

const faults = [...(await together()), ...(await throughKills())];
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;

async function together(): Promise<string[]> {
  if (patterns === 0) return [];
  await using mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes });
  const cases = await openCases(mesh);
  const alone = await runAlone(mesh, cases);
  console.log(`${cases.length} requests one after the other: ${(alone.ms / 1000).toFixed(2)} s`);
  const found: string[] = [];
  for (let at = 0; at < patterns; at++) {
    const run = await runTogether(mesh, cases, alone, seed + at);
    found.push(...run.faults);
    const { steps, shared, bothHeads, chunkBesideDecode } = run.steps;
    const counts = `${steps} steps, ${shared} shared, ${bothHeads} of both heads, ${chunkBesideDecode} with a chunk beside a decode`;
    console.log(`seed ${seed + at}: ${run.faults.length} faults; ${counts}`);
  }
  return found;
}

async function throughKills(): Promise<string[]> {
  if (kills === 0) return [];
  await using mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes, ...TWO_OF_EACH });
  const cases = await openCases(mesh);
  const alone: PublicResult[] = [];
  for (const each of cases) alone.push(await askPublicly(mesh.client, each));
  const found: string[] = [];
  for (let at = 0; at < kills; at++) {
    const run = await runThroughKill(mesh, { cases, alone }, seed + at);
    found.push(...run.faults);
    console.log(`${run.what}: ${run.faults.length} faults, ${run.lost} of ${cases.length} requests lost`);
  }
  return found;
}
