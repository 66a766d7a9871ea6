import { networkConfig, openBundle } from '@janus-mesh/bundle';
import { MappedWeights, openRuntime } from '@janus-mesh/runtime';
import { Siglip } from '../../../services/vision-encoder/src/siglip.ts';
import type { OpenSubject } from '../row.ts';

/** `siglip`: one picture through the understanding encoder, as the vision encoder runs it. */
export const open: OpenSubject = async ({ bundleDir, threads, ...profile }) => {
  const { manifest, tensors, weightsPath } = await openBundle(bundleDir);
  const runtime = openRuntime({ threads, ...profile });
  const weights = new MappedWeights(runtime, weightsPath, tensors);
  const siglip = await Siglip.load(runtime, weights, networkConfig(manifest));
  const { imageSize } = manifest.config.vision;
  const picture = Float32Array.from({ length: 3 * imageSize * imageSize }, (_, i) => Math.sin(i));
  return {
    cases: ['siglip'],
    async once() {
      const started = performance.now();
      await siglip.encode([picture]);
      return performance.now() - started;
    },
    async close() {
      siglip.release();
      weights.release();
    }
  };
};
