import { startTestMesh, type TestMesh } from '../../support/mesh.ts';
import type { Experiment } from '../bench.ts';
import { median } from '../statistics.ts';
import { addPeaks } from './tier-peaks.ts';

/**
 * A picture through the mesh, from the call to the file. `picture`: seconds. `outside-share`: the part of it, in percent, that is neither
 * inside the networks' runs of the steps nor in the vision tier that decodes the codes: gRPC, sampling, planning.
 */
export const wholePicture: Experiment = {
  id: 'whole-picture',
  async run({ bundles, threads, isQuick, results }) {
    await using mesh = await startTestMesh({ bundle: await bundles.of('w8a8'), threads, spin: true, diagnostics: false });
    const pictures: Awaited<ReturnType<typeof drawOne>>[] = [];
    for (let i = 0; i < (isQuick ? 1 : 3); i++) pictures.push(await drawOne(mesh, BigInt(i)));
    addPeaks(results, mesh.mesh, 'picture');
    const add = (name: string, samples: number[]) => results.add({ subject: 'mesh', case: name, samples, disturbed: 0 });
    add(
      'picture',
      pictures.map(({ totalMs }) => totalMs / 1000)
    );
    add(
      'picture-vq',
      pictures.map(({ visionMs }) => visionMs / 1000)
    );
    add(
      'outside-share',
      pictures.map(({ totalMs, runMs, visionMs }) => 100 * (1 - (runMs + visionMs) / totalMs))
    );
    add('picture-step', [median(pictures.map(({ runMs, steps }) => runMs / steps))]);
  }
};

async function drawOne({ client, transformer }: TestMesh, seed: bigint) {
  const since = Date.now();
  const started = performance.now();
  let visionMs = 0;
  for await (const event of client.generateImage({ prompt: 'A red apple on a wooden table beside a window, oil on canvas.', seed }))
    if (event.$case === 'finished') visionMs = 1000 * (event.value.timings?.visionSeconds ?? 0);
  const totalMs = performance.now() - started;
  let runMs = 0;
  let steps = 0;
  for await (const message of transformer.getFlightRecord({}))
    for (const step of message.steps.filter(({ startedMs }) => startedMs >= since)) {
      runMs += step.runMs;
      steps++;
    }
  return { totalMs, runMs, visionMs, steps };
}
