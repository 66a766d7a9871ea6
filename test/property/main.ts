import { WEIGHT_BLOCKS, type WeightBlock } from '@janus-mesh/models';
import { CHECKPOINTS, startTestMesh } from '../support/mesh.ts';
import { nameOption, orUsage, parseOptions, UsageError, wholeOption } from '../support/script-options.ts';
import { runBrokenOff } from './broken-off.ts';
import { openCases } from './cases.ts';
import { runThroughKill, TWO_OF_EACH } from './kills.ts';
import { askPublicly, type PublicResult } from './public-door.ts';
import { runAlone, runTogether } from './together.ts';

// npx tsx test/property/main.ts [--patterns 20] [--kills 5] [--seed n] [--quantize f32] [--block 32]: the i-th of each has the seed n + i
const { patterns, kills, seed, quantize, block } = orUsage(() => {
  const values = parseOptions({
    patterns: { type: 'string', default: '20' },
    kills: { type: 'string', default: '5' },
    quantize: { type: 'string', default: 'f32' },
    block: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) }
  });
  return {
    patterns: wholeOption('--patterns', values.patterns, 0),
    kills: wholeOption('--kills', values.kills, 0),
    seed: wholeOption('--seed', values.seed, 0),
    quantize: nameOption('--quantize', values.quantize, ['f32', 'w8a8', 'w4']),
    block: blockOption(values)
  };
});
const model = { checkpoint: CHECKPOINTS.tinyShapes, quantize, ...(block && { block }) };
console.log(
  `batched = isolated: ${patterns} arrival patterns, ${kills} kills, --seed ${seed} --quantize ${quantize}${block ? ` --block ${block}` : ''}`
);

const faults = [...(await together()), ...(await throughKills())];
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;

function blockOption({ quantize, block }: { quantize: string; block?: string | undefined }): WeightBlock | undefined {
  if (block === undefined) return undefined;
  if (quantize !== 'w4') throw new UsageError(`--block ${block} is for --quantize w4: ${quantize} has no blocks`);
  return Number(nameOption('--block', block, WEIGHT_BLOCKS.map(String))) as WeightBlock;
}

async function together(): Promise<string[]> {
  if (patterns === 0) return [];
  await using mesh = await startTestMesh(model);
  const cases = await openCases(mesh);
  const alone = await runAlone(mesh, cases);
  console.log(`${cases.length} requests one after the other: ${(alone.ms / 1000).toFixed(2)} s`);
  const found: string[] = [];
  for (let at = 0; at < patterns; at++) {
    const run = await runTogether(mesh, cases, alone, seed + at);
    found.push(...run.faults);
    if (model.quantize !== 'f32') found.push(...(await runBrokenOff(mesh, cases, alone, seed + at)));
    const { steps, shared, bothHeads, chunkBesideDecode } = run.steps;
    const counts = `${steps} steps, ${shared} shared, ${bothHeads} of both heads, ${chunkBesideDecode} with a chunk beside a decode`;
    console.log(`seed ${seed + at}: ${run.faults.length} faults; ${counts}`);
  }
  return found;
}

async function throughKills(): Promise<string[]> {
  if (kills === 0) return [];
  await using mesh = await startTestMesh({ ...model, ...TWO_OF_EACH });
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
