import { type GenerateStart, Head, type Segment } from '@janus-mesh/contracts';
import { seededRandom } from '@janus-mesh/tensor/testing';
import type { TestMesh } from '../support/mesh.ts';
import { generate } from '../support/tier-calls.ts';
import type { Case } from './cases.ts';
import type { Alone } from './together.ts';

/**
 * Breaks each request off at a random step and has it go on, all of them at once: what it gave so far comes back as prompt. Compares the
 * logits' hashes of all steps from there on with those of the unbroken request. True for int8 KV caches only.
 *
 * @returns where one differs
 */
export async function runBrokenOff(mesh: TestMesh, cases: readonly Case[], alone: Alone, seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const whole = (below: number) => Math.floor(random() * below);
  const broken = cases.map(({ name, start, features }, at) => {
    const sample = whole(start.samples);
    const ids = alone.results[at]?.ids[sample] ?? [];
    const hashes = alone.results[at]?.hashes[sample] ?? [];
    return { name, start, features, sample, ids, hashes, step: 1 + whole(ids.length - 1) };
  });
  const found = await Promise.all(
    broken
      .filter(({ ids }) => ids.length > 1)
      .map(async ({ name, start, features, sample, ids, hashes, step }) => {
        const { hashes: others } = await generate(mesh.transformer, goingOn(start, ids, step), features);
        const differs = hashes.slice(step).findIndex((hash, i) => hash !== others[0]?.[i]);
        return differs < 0
          ? []
          : [`seed ${seed}: ${name}, sample ${sample}: broken off at step ${step}, step ${step + differs} has other logits`];
      })
  );
  return found.flat();
}

// The ids that came are prompt, for both rows of a pair; those that follow are forced, so that only logits are compared.
function goingOn(start: GenerateStart, ids: readonly number[], step: number): GenerateStart {
  const isPicture = start.head === Head.HEAD_CODES;
  const emitted: Segment = { content: { $case: isPicture ? 'codes' : 'ids', value: { ids: ids.slice(0, step) } } };
  const forcedIds = ids.slice(step);
  return {
    ...start,
    samples: 1,
    prompt: [...start.prompt, emitted],
    negativePrompt: start.negativePrompt.length > 0 ? [...start.negativePrompt, emitted] : [],
    forcedIds,
    maxNewTokens: forcedIds.length
  };
}
