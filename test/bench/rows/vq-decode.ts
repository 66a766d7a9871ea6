import { networkConfig, openBundle } from '@janus-mesh/bundle';
import { MappedWeights, openRuntime } from '@janus-mesh/runtime';
import { Vq } from '../../../services/image-codec/src/vq.ts';
import type { OpenSubject } from '../row.ts';

/** `vq-decode`: the codes of one picture through the decoder, as the image codec runs it. */
export const open: OpenSubject = async ({ bundleDir, threads, ...profile }) => {
  const { manifest, tensors, weightsPath } = await openBundle(bundleDir);
  const runtime = openRuntime({ threads, ...profile });
  const weights = new MappedWeights(runtime, weightsPath, tensors);
  const vq = await Vq.load(runtime, weights, networkConfig(manifest));
  const { grid, codebookSize } = manifest.config.codec;
  const codes = BigInt64Array.from({ length: grid * grid }, (_, i) => BigInt((i * 7919) % codebookSize));
  return {
    cases: ['vq-decode'],
    async once() {
      const started = performance.now();
      await vq.decode(codes);
      return performance.now() - started;
    },
    async close() {
      vq.release();
      weights.release();
    }
  };
};
