import type { Experiment } from '../bench.ts';
import { SubjectProcess } from '../subject-process.ts';
import { ownCommand } from '../subjects.ts';
import { syntheticBundles } from '../synthetic-models.ts';

/** The event loop of an engine that samples 16 text rows over the real vocabulary; its body is small, so that sampling is what it does. */
export const samplingLoop: Experiment = {
  id: 'sampling-loop',
  async run({ threads, isQuick, cache, results, say }) {
    const bundles = await syntheticBundles('small', cache, say);
    const subject = await SubjectProcess.start(ownCommand('engine', 'engine-loop', { bundleDir: await bundles.of('w8a8'), threads }), say);
    try {
      await subject.once('loop-top-p');
      const samples: number[] = [];
      for (let i = 0; i < (isQuick ? 3 : 7); i++) samples.push(await subject.once('loop-top-p'));
      results.add({ subject: 'engine', case: 'loop-top-p', samples, disturbed: 0 });
    } finally {
      await subject.close();
    }
  }
};
