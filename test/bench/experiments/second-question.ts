import { picture, userMessage } from '@janus-mesh/client';
import { startTestMesh, type TestMesh } from '../../support/mesh.ts';
import type { Experiment } from '../bench.ts';
import { noisePicture } from '../noise-picture.ts';
import { addPeaks } from './tier-peaks.ts';

/** Two questions about one picture, through the mesh: `ttft-first` and `ttft-second`, milliseconds to the first token. */
export const secondQuestion: Experiment = {
  id: 'second-question',
  async run({ bundles, threads, rounds, isQuick, results }) {
    await using mesh = await startTestMesh({ bundle: await bundles.of('w8a8'), threads, spin: true, diagnostics: false });
    const first: number[] = [];
    const second: number[] = [];
    await ask(mesh, await noisePicture(), 'Warm up.');
    for (let i = 0; i < (isQuick ? 2 : rounds); i++) {
      const data = await noisePicture();
      first.push(await ask(mesh, data, 'What is in the middle of the picture?'));
      second.push(await ask(mesh, data, 'How many people are there, and what do they do?'));
    }
    addPeaks(results, mesh.mesh, 'questions');
    results.add({ subject: 'mesh', case: 'ttft-first', samples: first, disturbed: 0 });
    results.add({ subject: 'mesh', case: 'ttft-second', samples: second, disturbed: 0 });
  }
};

async function ask({ client }: TestMesh, data: Uint8Array, question: string): Promise<number> {
  const started = performance.now();
  for await (const event of client.chat({ messages: [userMessage(picture(data), question)], maxTokens: 2 }))
    if (event.$case === 'delta') return performance.now() - started;
  throw new Error('the answer ended without a token');
}
