import type { JsonFields } from './json-fields.ts';
import type { TextConfig } from './model-config.ts';

/** What the released models were trained with, whatever their config says. */
const TRAINED_CONTEXT = 4096;

/**
 * Reads the language model's sizes; what is left out has the defaults of Hugging Face's LlamaConfig, as Janus-Pro-7B relies on.
 *
 * @throws {ModelError} unsupported_model for what the decoder does not do (rope scaling, biases, other activations);
 *   invalid_config for sizes that do not fit each other
 */
export function readTextConfig(fields: JsonFields): TextConfig {
  fields.only('model_type', 'llama');
  fields.only('hidden_act', 'silu');
  fields.only('attention_bias', false);
  fields.only('mlp_bias', false);
  const hiddenSize = fields.size('hidden_size', 4096);
  const heads = fields.size('num_attention_heads', 32);
  const kvHeads = fields.size('num_key_value_heads', heads);
  if (heads % kvHeads !== 0) throw fields.invalid('num_key_value_heads', `a divisor of the ${heads} attention heads`);
  return {
    hiddenSize,
    layers: fields.size('num_hidden_layers', 32, 1024),
    heads,
    kvHeads,
    headDim: readHeadDim(fields, hiddenSize, heads),
    intermediateSize: fields.size('intermediate_size', 11008),
    vocabSize: fields.size('vocab_size', 32000),
    rmsNormEps: fields.positive('rms_norm_eps', 1e-6),
    ropeTheta: readRopeTheta(fields),
    contextTokens: Math.min(fields.size('max_position_embeddings', 2048), TRAINED_CONTEXT)
  };
}

function readHeadDim(fields: JsonFields, hiddenSize: number, heads: number): number {
  if (!fields.has('head_dim') && hiddenSize % heads !== 0)
    throw fields.invalid('num_attention_heads', `a divisor of the hidden size ${hiddenSize}, as no head_dim is given`);
  const headDim = fields.size('head_dim', Math.floor(hiddenSize / heads));
  if (headDim % 2 !== 0) throw fields.invalid('head_dim', `an even number, as rotary embeddings pair the dims; it is ${headDim}`);
  return headDim;
}

// transformers before 5 writes rope_theta and rope_scaling, from 5 on one object rope_parameters.
function readRopeTheta(fields: JsonFields): number {
  fields.only('partial_rotary_factor', 1);
  for (const key of ['rope_scaling', 'rope_parameters']) {
    const rope = fields.object(key);
    rope.only('rope_type', 'default');
    rope.only('type', 'default');
    rope.only('partial_rotary_factor', 1);
    if (rope.has('factor')) throw rope.unsupported('factor', 'rope scaling is not supported');
  }
  return fields.object('rope_parameters').positive('rope_theta', fields.positive('rope_theta', 10_000));
}
