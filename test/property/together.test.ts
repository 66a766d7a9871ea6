import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh, temporaryBundle } from '../support/mesh.ts';
import type { Generation } from '../support/tier-calls.ts';
import { runBrokenOff } from './broken-off.ts';
import { type Case, openCases } from './cases.ts';
import { askPublicly, asReceiptsShow, type PublicResult } from './public-door.ts';
import { type Alone, runAlone, runTogether, type Together } from './together.ts';

const PATTERNS = 5;
const seed = Math.floor(Math.random() * 2 ** 31);

let bundle: Awaited<ReturnType<typeof temporaryBundle>>;
let mesh: TestMesh;
let cases: Case[];
let alone: Alone;
beforeAll(async () => {
  bundle = await temporaryBundle(CHECKPOINTS.tinyShapes);
  mesh = await startTestMesh({ bundle: bundle.bundle });
  cases = await openCases(mesh);
  alone = await runAlone(mesh, cases);
});
afterAll(async () => {
  await mesh?.[Symbol.asyncDispose]();
  bundle?.remove();
});

test('requests that come at random moments give the tokens and the logits of each alone', async () => {
  console.log(`batched = isolated; npm run property -- --patterns ${PATTERNS} --kills 0 --seed ${seed} repeats the arrivals`);
  const runs: Together[] = [];
  for (let at = 0; at < PATTERNS; at++) runs.push(await runTogether(mesh, cases, alone, seed + at));
  expect(runs.flatMap(({ faults }) => faults)).toEqual([]);
  const total = (count: (steps: Together['steps']) => number) => runs.reduce((sum, { steps }) => sum + count(steps), 0);
  // Else nothing was proven.
  expect(total(({ shared }) => shared)).toBeGreaterThan(10 * PATTERNS);
  expect(total(({ bothHeads }) => bothHeads)).toBeGreaterThan(PATTERNS);
  expect(total(({ chunkBesideDecode }) => chunkBesideDecode)).toBeGreaterThan(PATTERNS);
});

test('the same through the public door: text, pictures and receipts of each alone, which are those of the tier', async () => {
  const one: PublicResult[] = [];
  for (const each of cases) one.push(await askPublicly(mesh.client, each));
  const atOnce = await Promise.all(cases.map((each) => askPublicly(mesh.client, each)));
  expect(atOnce).toEqual(one);
  const shown = one.map(({ ids, receipts }) => ({ ids, hashes: receipts.map((receipt) => receipt?.logitHashes) }));
  expect(shown).toEqual(one.map((result, at) => asReceiptsShow(alone.results[at] as Generation, result)));
});

test('the same after a restart with another number of threads', async () => {
  await using restarted = await startTestMesh({ bundle: bundle.bundle, threads: 1 });
  const { faults, steps } = await runTogether(restarted, cases, alone, seed);
  expect(faults).toEqual([]);
  expect(steps.shared).toBeGreaterThan(0);
});

test.each([{ quantize: 'w8a8' }, { quantize: 'w4', block: 128 }] as const)(
  'the same in %j, and going on from where it was broken off',
  async (form) => {
    await using int8 = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes, ...form });
    const known = await openCases(int8);
    const each = await runAlone(int8, known);
    const { faults, steps } = await runTogether(int8, known, each, seed);
    expect(faults).toEqual([]);
    expect(steps.shared).toBeGreaterThan(10);
    expect(await runBrokenOff(int8, known, each, seed)).toEqual([]);
  }
);
