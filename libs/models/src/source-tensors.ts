import { type CanonicalTensor, canonicalTensors } from './canonical-tensors.ts';
import type { Layout } from './layout.ts';
import type { ModelConfig } from './model-config.ts';
import { originalName } from './original-names.ts';

/** Where a canonical tensor lies in a checkpoint. */
export interface SourceTensor {
  readonly canonical: CanonicalTensor;
  /** Names the stored tensor may have, the usual one first. */
  readonly names: readonly string[];
  /** Shape of the stored tensor; a fused one has more rows than the canonical tensor. */
  readonly dims: readonly number[];
  /** The stored row that is the canonical tensor's first. */
  readonly firstRow: number;
}

/** Tensors of published checkpoints that no inference reads. */
const IGNORED: readonly RegExp[] = [/\.attn_pool\./, /\.quantize\.codebook_used$/, /rotary_emb\.inv_freq$/, /\.position_ids$/];

/** Whether a checkpoint may hold a tensor of that name though nothing here needs it. */
export function isIgnoredTensor(name: string): boolean {
  return IGNORED.some((pattern) => pattern.test(name));
}

/**
 * Says where each canonical tensor lies in a checkpoint of that layout. There are no permutations: the original's fused
 * query-key-value matrices are split along rows in equal thirds, and its position table has one leading dim more.
 *
 * @source huggingface/transformers models/janus/convert_janus_weights_to_hf.py
 */
export function sourceTensors(layout: Layout, config: Pick<ModelConfig, 'text' | 'vision' | 'codec'>): SourceTensor[] {
  return canonicalTensors(config).map((canonical) => (layout === 'huggingface' ? huggingFaceSource(canonical) : originalSource(canonical)));
}

// Versions of transformers differ in the leading `model.`.
function huggingFaceSource(canonical: CanonicalTensor): SourceTensor {
  const nested = `model.${canonical.name}`;
  const names = canonical.name === 'lm_head.weight' ? [canonical.name, nested] : [nested, canonical.name];
  return { canonical, names, dims: canonical.dims, firstRow: 0 };
}

function originalSource(canonical: CanonicalTensor): SourceTensor {
  const names = [originalName(canonical.name)];
  const [rows = 1, ...rest] = canonical.dims;
  const part = /^vision_model\..*self_attn\.([qkv])_proj\./.exec(canonical.name)?.[1];
  if (part) return { canonical, names, dims: [3 * rows, ...rest], firstRow: 'qkv'.indexOf(part) * rows };
  const isPositions = canonical.name === 'vision_model.embeddings.position_embedding.weight';
  return { canonical, names, dims: isPositions ? [1, ...canonical.dims] : canonical.dims, firstRow: 0 };
}
