import { setTimeout as sleep } from 'node:timers/promises';
import type { TestMesh } from '../support/mesh.ts';
import { type Generation, generate } from '../support/tier-calls.ts';
import { arrivals } from './arrivals.ts';
import type { Case } from './cases.ts';
import { type SharedSteps, sharedSteps } from './shared-steps.ts';

/** What each request gives when it is alone in the mesh, and how long all of them took one after the other. */
export interface Alone {
  readonly results: readonly Generation[];
  readonly ms: number;
}

/** What came of requests that were together in the mesh. */
export interface Together {
  /** Where a request did not give what it gives alone. */
  readonly faults: readonly string[];
  readonly steps: SharedSteps;
}

/** Runs each request while nothing else is there. */
export async function runAlone(mesh: TestMesh, cases: readonly Case[]): Promise<Alone> {
  const started = performance.now();
  const results: Generation[] = [];
  for (const each of cases) results.push(await generate(mesh.transformer, each.start, each.features));
  return { results, ms: performance.now() - started };
}

/** Runs all requests together, in the arrival pattern of a seed, and compares ids and the logits' hashes at every step. */
export async function runTogether(mesh: TestMesh, cases: readonly Case[], alone: Alone, seed: number): Promise<Together> {
  const { steps: before } = await mesh.transformer.getTransformerStats({});
  const when = arrivals(seed, cases.length);
  const results = await Promise.all(
    cases.map(async ({ start, features }, at) => {
      await sleep((when[at] as number) * alone.ms);
      return await generate(mesh.transformer, start, features);
    })
  );
  const faults = cases.flatMap(({ name }, at) =>
    differencesOf(alone.results[at] as Generation, results[at] as Generation).map((difference) => `seed ${seed}: ${name}: ${difference}`)
  );
  return { faults, steps: await sharedSteps(mesh.transformer, before) };
}

/** The first step of each sample that differs. */
function differencesOf(alone: Generation, together: Generation): string[] {
  return alone.ids.flatMap((ids, sample) => {
    const [other, hashes, otherHashes] = [together.ids[sample] ?? [], alone.hashes[sample] ?? [], together.hashes[sample] ?? []];
    const steps = Math.max(ids.length, other.length, hashes.length, otherHashes.length);
    for (let step = 0; step < steps; step++) {
      if (ids[step] === other[step] && hashes[step] === otherHashes[step]) continue;
      const shown = (id: number | undefined, hash: bigint | undefined) => `id ${id} from logits ${hash?.toString(16)}`;
      return [`sample ${sample}, step ${step}: ${shown(ids[step], hashes[step])} alone, ${shown(other[step], otherHashes[step])} together`];
    }
    return [];
  });
}
