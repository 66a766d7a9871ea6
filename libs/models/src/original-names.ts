const TOWER = 'vision_model.vision_tower';

/** Applied in order; the first pattern that fits a canonical name gives the original's. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^vision_model\.embeddings\.patch_embedding\./, `${TOWER}.patch_embed.proj.`],
  [/^vision_model\.embeddings\.position_embedding\.weight$/, `${TOWER}.pos_embed`],
  [/^vision_model\.encoder\.layers\.(\d+)\.layer_norm(\d)\./, `${TOWER}.blocks.$1.norm$2.`],
  [/^vision_model\.encoder\.layers\.(\d+)\.self_attn\.[qkv]_proj\./, `${TOWER}.blocks.$1.attn.qkv.`],
  [/^vision_model\.encoder\.layers\.(\d+)\.self_attn\.projection_layer\./, `${TOWER}.blocks.$1.attn.proj.`],
  [/^vision_model\.encoder\.layers\.(\d+)\./, `${TOWER}.blocks.$1.`],
  [/^vision_model\.post_layernorm\./, `${TOWER}.norm.`],
  [/^aligner\.fc1\./, 'aligner.layers.0.'],
  [/^aligner\.hidden_layers\.0\./, 'aligner.layers.2.'],
  [/^generation_embeddings\./, 'gen_embed.'],
  [/^generation_aligner\.fc1\./, 'gen_aligner.layers.0.'],
  [/^generation_aligner\.hidden_layers\.0\./, 'gen_aligner.layers.2.'],
  [/^generation_head\.proj_out\./, 'gen_head.output_mlp_projector.'],
  [/^generation_head\./, 'gen_head.'],
  [/^vqmodel\.(encoder|decoder)\.(?:down|up)\.(\d+)\.block\./, 'gen_vision_model.$1.conv_blocks.$2.res.'],
  [/^vqmodel\.(encoder|decoder)\.(?:down|up)\./, 'gen_vision_model.$1.conv_blocks.'],
  [/^vqmodel\.(encoder|decoder)\.mid\.block_1\./, 'gen_vision_model.$1.mid.0.'],
  [/^vqmodel\.(encoder|decoder)\.mid\.attn_1\./, 'gen_vision_model.$1.mid.1.'],
  [/^vqmodel\.(encoder|decoder)\.mid\.block_2\./, 'gen_vision_model.$1.mid.2.'],
  [/^vqmodel\./, 'gen_vision_model.'],
  [/^language_model\./, 'language_model.model.'],
  [/^lm_head\./, 'language_model.lm_head.']
];

/**
 * The name DeepSeek's checkpoints give a canonical tensor, or the fused tensor it is part of.
 *
 * @throws {RangeError} if it is no canonical name
 */
export function originalName(canonical: string): string {
  const rule = RULES.find(([pattern]) => pattern.test(canonical));
  if (!rule) throw new RangeError(`${canonical} is no tensor of a Janus model`);
  return canonical.replace(rule[0], rule[1]);
}
