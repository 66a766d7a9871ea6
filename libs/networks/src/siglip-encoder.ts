import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';

/**
 * SigLIP, the understanding encoder: features after the last norm, before the aligner.
 *
 * pixels f32 [N, 3, side, side] → features f32 [N, rows, hidden]; N is free
 * @source timm VisionTransformer as deepseek-ai/Janus siglip_vit.py builds it: pre-norm blocks, erf GELU, no class token
 */
export function siglipEncoder(config: NetworkConfig): Network {
  const { imageSize, hiddenSize, layers, rows, layerNormEps } = config.vision;
  const net = new NetworkBuilder('siglip_encoder', config);
  net.graph.input('pixels', 'f32', ['N', 3, imageSize, imageSize]);
  const epsilon = { float: layerNormEps };
  let residual = embedPatches(net, config.vision);
  let normed = net.graph.node('LayerNormalization', [residual, ...norm(net, 'vision.blocks.0.norm1')], {
    attributes: { axis: -1, epsilon }
  });
  // Each sum is made in the node of the norm that reads it. Outputs: the norm, two that only training wants, the sum.
  const addAndNorm = (delta: string, bias: string, next: string, outputs: readonly string[]) =>
    net.microsoft('SkipLayerNormalization', [delta, residual, ...norm(net, next), net.weight(bias)], { outputs, attributes: { epsilon } });
  for (let i = 0; i < layers; i++) {
    const block = `vision.blocks.${i}`;
    const attended = net.matmul(attention(net, block, normed, config.vision.heads), `${block}.proj.weight`);
    normed = addAndNorm(attended, `${block}.proj.bias`, `${block}.norm2`, [`${block}.normed2`, '', '', `${block}.sum1`]);
    residual = `${block}.sum1`;
    const mlp = net.matmul(net.linearGelu(normed, `${block}.fc1`), `${block}.fc2.weight`);
    const isLast = i === layers - 1;
    const next = isLast ? 'vision.norm' : `vision.blocks.${i + 1}.norm1`;
    normed = addAndNorm(mlp, `${block}.fc2.bias`, next, isLast ? ['features'] : [`${block}.out`, '', '', `${block}.sum2`]);
    residual = `${block}.sum2`;
  }
  net.graph.output('features', 'f32', ['N', rows, hiddenSize]);
  return net.finish();
}

// pixels → [N, rows, hidden], row after row of patches, positions added
function embedPatches(net: NetworkBuilder, { hiddenSize, patchSize, rows }: NetworkConfig['vision']): string {
  const { graph } = net;
  const patches = graph.node('Conv', ['pixels', net.weight('vision.patch.weight'), net.weight('vision.patch.bias')], {
    attributes: { kernel_shape: [patchSize, patchSize], strides: [patchSize, patchSize] }
  });
  const flat = graph.node('Reshape', [patches, graph.ints(0, hiddenSize, rows)]); // 0 keeps N
  const tokens = graph.node('Transpose', [flat], { attributes: { perm: [0, 2, 1] } });
  return graph.node('Add', [tokens, net.weight('vision.positions')]);
}

function attention(net: NetworkBuilder, block: string, x: string, heads: number): string {
  const parts = ['q', 'k', 'v'].map((part) => `${block}.${part}`);
  net.graph.node('Split', [net.matmul(x, `${block}.qkv.weight`)], { outputs: parts, attributes: { axis: 2, num_outputs: 3 } });
  return net.microsoft('MultiHeadAttention', [...parts, net.weight(`${block}.qkv.bias`)], { attributes: { num_heads: heads } });
}

function norm(net: NetworkBuilder, name: string): string[] {
  return [net.weight(`${name}.weight`), net.weight(`${name}.bias`)];
}
