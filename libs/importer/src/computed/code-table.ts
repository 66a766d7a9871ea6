import { codeEmbedder, type NetworkConfig } from '@janus-mesh/networks';
import { loadNetwork, type MappedWeights, type Runtime } from '@janus-mesh/runtime';

/** Codes embedded at a time. */
const BATCH = 1024;

/**
 * Embeds every code as the language model reads it (gen_embed, then gen_aligner).
 *
 * @yields f32 [n, hidden] of the next n codes, valid until the next is asked for
 */
export async function* codeTable(runtime: Runtime, weights: MappedWeights, config: NetworkConfig): AsyncGenerator<Float32Array> {
  const session = await loadNetwork(runtime, codeEmbedder(config), weights);
  try {
    const call = session.newCall(['codes'], ['embedded']);
    for (let first = 0; first < config.codec.codebookSize; first += BATCH) {
      const count = Math.min(BATCH, config.codec.codebookSize - first);
      const codes = runtime.tensor(
        'i64',
        [count],
        BigInt64Array.from({ length: count }, (_, i) => BigInt(first + i))
      );
      const rows = new Float32Array(count * config.text.hiddenSize);
      const embedded = runtime.tensor('f32', [count, config.text.hiddenSize], rows);
      call.setInput('codes', codes);
      call.setOutput('embedded', embedded);
      await call.run();
      yield rows;
      codes.release();
      embedded.release();
    }
  } finally {
    session.release();
  }
}
