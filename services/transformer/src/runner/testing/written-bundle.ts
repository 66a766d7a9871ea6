import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KvForm, type LinearForm, UNQUANTIZED, type WeightBlock } from '@janus-mesh/models';
import { goldenModel, quantizedBundle, randomBundle, type StoredTensor, seededRandom } from '@janus-mesh/networks/testing';
import type { WeightExtent } from '@janus-mesh/runtime';
import { bytesOf } from '@janus-mesh/tensor';
import type { RunnerBundle } from '../runner-bundle.ts';

const ALIGNMENT = 64;

const SIZES = {
  odd: { hiddenSize: 75, heads: 6, kvHeads: 2, headDim: 20, intermediateSize: 203 },
  even: { hiddenSize: 128, heads: 6, kvHeads: 2, headDim: 16, intermediateSize: 224 },
  blocks: { hiddenSize: 256, heads: 32, kvHeads: 8, headDim: 20, intermediateSize: 384 }
};

/** A bundle of random weights in a temporary folder. */
export interface WrittenBundle extends RunnerBundle {
  remove(): Promise<void>;
}

/**
 * Writes a small model of random weights: heads of 20 that are padded, shared by three queries each, and widths that are no multiple of
 * anything; of 32 where they are to be even, or the form is w4, and of 128 where that is the length of its blocks.
 */
export async function writeRandomBundle({
  form,
  kv,
  block,
  isEven = form === 'w4'
}: {
  form: LinearForm;
  kv: KvForm;
  block?: WeightBlock | undefined;
  isEven?: boolean;
}): Promise<WrittenBundle> {
  const { config } = goldenModel();
  const text = { ...config.text, ...SIZES[block === 128 ? 'blocks' : isEven ? 'even' : 'odd'], layers: 3, vocabSize: 300 };
  const plain = { ...config, text };
  const quantization = { ...UNQUANTIZED, scheme: form, block, text: form, textHead: form, codeHead: form, kv };
  const stored = quantizedBundle({ ...plain, quantization }, randomBundle(plain));
  stored.set('text.code_table', randomTable(config.codec.codebookSize, text.hiddenSize));
  const folder = await mkdtemp(join(tmpdir(), 'janus-mesh-runner-'));
  const weightsPath = join(folder, 'weights');
  return {
    manifest: { config: plain, quantization },
    tensors: await writeWeights(weightsPath, stored),
    weightsPath,
    remove: () => rm(folder, { recursive: true })
  };
}

async function writeWeights(path: string, stored: ReadonlyMap<string, StoredTensor>): Promise<ReadonlyMap<string, WeightExtent>> {
  const extents = new Map<string, WeightExtent>();
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, dims, data }] of stored) {
    const bytes = bytesOf(data);
    const padding = (ALIGNMENT - (bytes.byteLength % ALIGNMENT)) % ALIGNMENT;
    extents.set(name, { dtype, dims, offset, bytes: bytes.byteLength });
    parts.push(bytes, new Uint8Array(padding));
    offset += bytes.byteLength + padding;
  }
  await writeFile(path, Buffer.concat(parts));
  return extents;
}

function randomTable(rows: number, width: number): StoredTensor {
  const random = seededRandom(3);
  return { dtype: 'f32', dims: [rows, width], data: Float32Array.from({ length: rows * width }, () => random() * 2 - 1) };
}
