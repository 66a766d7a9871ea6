import { type GenerateStart, Head } from '@janus-mesh/contracts';
import { startTestMesh, type TestMesh } from '../../support/mesh.ts';
import { generate } from '../../support/tier-calls.ts';
import type { Experiment } from '../bench.ts';
import { median, quantile } from '../statistics.ts';
import { featuresSegment, newFeatures, textSegment } from './prompts.ts';

const IDLE_TOKENS = 48;
const PICTURES = 4;
const TEXT_PROMPT = 64;
const TEXT_TOKENS = 512;

/**
 * What a reader of text feels while somebody else's prompt with four pictures prefills. `gap-idle`: milliseconds between two tokens while
 * nothing else runs. `gap-loaded`: 99th percentile of them during the prefill. The features are given, no picture is encoded.
 */
export const textGap: Experiment = {
  id: 'text-gap',
  async run({ bundles, threads, rounds, isQuick, results }) {
    await using mesh = await startTestMesh({ bundle: await bundles.of('w8a8'), threads, spin: true, diagnostics: false });
    const found: { idle: number; loaded: number }[] = [];
    for (let i = 0; i < (isQuick ? 2 : rounds); i++) found.push(await readAndDisturb(mesh, bundles.config.vision));
    results.add({ subject: 'mesh', case: 'gap-idle', samples: found.map(({ idle }) => idle), disturbed: 0 });
    results.add({ subject: 'mesh', case: 'gap-loaded', samples: found.map(({ loaded }) => loaded), disturbed: 0 });
  }
};

async function readAndDisturb(mesh: TestMesh, vision: { rows: number; hiddenSize: number }): Promise<{ idle: number; loaded: number }> {
  const cancel = new AbortController();
  const gaps = { idle: [] as number[], loaded: [] as number[] };
  let last: number | undefined;
  let prefill: Promise<unknown> | undefined;
  let isOver = false;
  try {
    for await (const { event } of mesh.transformer.generate(longText(mesh), { signal: cancel.signal })) {
      if (event?.$case !== 'tokens') continue;
      const now = performance.now();
      if (last !== undefined) gaps[prefill ? 'loaded' : 'idle'].push(now - last);
      last = now;
      if (isOver) break;
      if (gaps.idle.length >= IDLE_TOKENS)
        prefill ??= readPictures(mesh, vision).finally(() => {
          isOver = true;
        });
    }
  } finally {
    cancel.abort();
    await prefill;
  }
  return { idle: median(gaps.idle), loaded: quantile(gaps.loaded, 0.99) };
}

async function* longText({ model }: TestMesh) {
  yield {
    message: {
      $case: 'start' as const,
      value: { ...textStart(model.revision), maxNewTokens: TEXT_TOKENS, prompt: [textSegment(TEXT_PROMPT)] }
    }
  };
}

async function readPictures({ transformer, model }: TestMesh, { rows, hiddenSize }: { rows: number; hiddenSize: number }): Promise<void> {
  const features = Array.from({ length: PICTURES }, () => newFeatures(rows, hiddenSize));
  const prompt = [textSegment(20), ...features.map(featuresSegment), textSegment(20, 2)];
  await generate(transformer, { ...textStart(model.revision), maxNewTokens: 1, prompt }, features);
}

function textStart(revision: string): Partial<GenerateStart> {
  return { revision, head: Head.HEAD_TEXT, samples: 1, sampling: { temperature: 1, topK: 0, topP: 1, seed: 1n } };
}
