import { type Bundle, networkConfig } from '@janus-mesh/bundle';
import { aligner } from '@janus-mesh/networks';
import { loadNetwork, MappedWeights } from '@janus-mesh/runtime';
import { importRuntime } from '../import-runtime.ts';

/**
 * Carries features through a bundle's aligner, which no tier shows.
 *
 * @param features f32 [rows, vision width]
 * @returns f32 [rows, hidden]
 */
export async function alignedFeatures({ manifest, weightsPath, tensors }: Bundle, features: Float32Array): Promise<Float32Array> {
  const config = networkConfig(manifest);
  const rows = features.length / config.vision.hiddenSize;
  const runtime = importRuntime();
  const weights = new MappedWeights(runtime, weightsPath, tensors);
  const session = await loadNetwork(runtime, aligner(config), weights);
  try {
    const aligned = new Float32Array(rows * config.text.hiddenSize);
    const call = session.newCall(['features'], ['aligned']);
    call.setInput('features', runtime.tensor('f32', [1, rows, config.vision.hiddenSize], features));
    call.setOutput('aligned', runtime.tensor('f32', [1, rows, config.text.hiddenSize], aligned));
    await call.run();
    return aligned;
  } finally {
    session.release();
    weights.release();
  }
}
