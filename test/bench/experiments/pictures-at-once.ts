import { Head } from '@janus-mesh/contracts';
import { startTestMesh, type TestMesh } from '../../support/mesh.ts';
import type { Experiment } from '../bench.ts';
import { runCase } from '../contest.ts';
import { textSegment } from './prompts.ts';

/** Positions before the first code, so that the codes that are timed lie around the middle of a picture. */
const PROMPT = 256;
const PICTURES = [1, 8, 16];

/** Codes a second of pictures drawn side by side, from the first code to the last, sampling included: `codes-n`, for n pictures. */
export const picturesAtOnce: Experiment = {
  id: 'pictures',
  async run({ bundles, threads, rounds, isQuick, results }) {
    const codes = isQuick ? 16 : 96;
    const settings = { transformer: { JANUS_MESH_SLOTS: '32', JANUS_MESH_KV_BUDGET_BYTES: '10000000000' } };
    await using mesh = await startTestMesh({ bundle: await bundles.of('w8a8'), threads, spin: true, diagnostics: false, settings });
    const pid = mesh.mesh.processes.find(({ name }) => name === 'transformer')?.pid as number;
    const contestants = PICTURES.map((pictures) => ({
      name: `${pictures}`,
      cases: ['codes'],
      pid,
      once: () => codesPerSecond(mesh, pictures, codes)
    }));
    const as = ({ name }: { name: string }) => ({ subject: 'mesh', case: `codes-${name}` });
    await runCase('codes', contestants, results, { rounds: isQuick ? 2 : rounds, as });
  }
};

async function codesPerSecond({ transformer, model }: TestMesh, pictures: number, codes: number): Promise<number> {
  async function* requests() {
    const prompt = [textSegment(PROMPT)];
    const sampling = { temperature: 1, topK: 0, topP: 1, seed: 1n };
    const guided = { prompt, negativePrompt: prompt, guidanceWeight: 5, sampling };
    const start = { revision: model.revision, head: Head.HEAD_CODES, samples: pictures, maxNewTokens: codes, ...guided };
    yield { message: { $case: 'start' as const, value: start } };
  }
  const begun = new Set<number>();
  let since: number | undefined;
  let [drawn, last] = [0, 0];
  for await (const { event } of transformer.generate(requests())) {
    if (event?.$case !== 'tokens') continue;
    last = performance.now();
    begun.add(event.value.sampleIndex);
    if (since !== undefined) drawn += event.value.ids.length;
    else if (begun.size === pictures) since = last;
  }
  return (1000 * drawn) / (last - (since ?? 0));
}
