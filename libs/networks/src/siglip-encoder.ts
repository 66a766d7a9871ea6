import { UNQUANTIZED } from '@janus-mesh/models';
import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';

/**
 * SigLIP, the understanding encoder: features after the last norm, before the aligner.
 *
 * pixels f32 [N, 3, side, side] → features f32 [N, rows, hidden]; N is free. Between its attentions the rows of all pictures are one matrix
 * [1, N · rows, hidden]; each row's result is the same whatever lies beside it, in int8 too, where a row has a scale of its own.
 * @source timm VisionTransformer as deepseek-ai/Janus siglip_vit.py builds it: pre-norm blocks, erf GELU, no class token
 */
export function siglipEncoder(config: NetworkConfig): Network {
  const { imageSize, hiddenSize, layers, rows } = config.vision;
  const net = new NetworkBuilder('siglip_encoder', config);
  const { graph } = net;
  graph.input('pixels', 'f32', ['N', 3, imageSize, imageSize]);
  const sums = new NormedSums(net, config);
  let { residual, normed } = sums.first(embedPatches(net, config.vision), 'vision.blocks.0.norm1');
  for (let i = 0; i < layers; i++) {
    const block = `vision.blocks.${i}`;
    const attended = net.matmul(attention(net, block, normed, config.vision), `${block}.proj.weight`);
    ({ residual, normed } = sums.next(residual, attended, { bias: `${block}.proj.bias`, norm: `${block}.norm2` }));
    const mlp = net.matmul(net.linearGelu(normed, `${block}.fc1`), `${block}.fc2.weight`);
    const next = i === layers - 1 ? 'vision.norm' : `vision.blocks.${i + 1}.norm1`;
    ({ residual, normed } = sums.next(residual, mlp, { bias: `${block}.fc2.bias`, norm: next }));
  }
  graph.node('Reshape', [normed, graph.ints(-1, rows, hiddenSize)], { outputs: ['features'] });
  graph.output('features', 'f32', ['N', rows, hiddenSize]);
  return net.finish();
}

/** The running sum of what the layers add, and its norm; both f32 [1, T, hidden]. */
interface NormedSum {
  readonly residual: string;
  readonly normed: string;
}

class NormedSums {
  readonly #net: NetworkBuilder;
  readonly #vision: NetworkConfig['vision'];
  readonly #isFused: boolean;

  constructor(net: NetworkBuilder, { vision, quantization = UNQUANTIZED }: NetworkConfig) {
    this.#net = net;
    this.#vision = vision;
    // The fused node is the slower one, but its last bits are those that the f32 form is known by.
    this.#isFused = quantization.vision === 'f32';
  }

  first(residual: string, norm: string): NormedSum {
    return { residual, normed: this.#norm(residual, norm) };
  }

  /** Adds what a layer gives and its bias. */
  next(residual: string, delta: string, { bias, norm }: { readonly bias: string; readonly norm: string }): NormedSum {
    const net = this.#net;
    const { graph } = net;
    const outputs = [`${norm}.out`, '', '', `${norm}.in`] as const;
    if (this.#isFused) {
      const attributes = { epsilon: { float: this.#vision.layerNormEps } };
      const isLast = norm === 'vision.norm'; // nobody reads that sum
      net.microsoft('SkipLayerNormalization', [delta, residual, ...this.#weights(norm), net.weight(bias)], {
        outputs: isLast ? outputs.slice(0, 1) : outputs,
        attributes
      });
      return { residual: isLast ? '' : outputs[3], normed: outputs[0] };
    }
    const sum = graph.node('Add', [graph.node('Add', [delta, net.weight(bias)]), residual]);
    // ONNX Runtime would fuse a sum and its norm; it does not see them through a change of shape.
    const rows = graph.node('Reshape', [sum, graph.ints(-1, this.#vision.hiddenSize)]);
    return { residual: sum, normed: graph.node('Reshape', [this.#norm(rows, norm), graph.ints(1, -1, this.#vision.hiddenSize)]) };
  }

  #norm(x: string, name: string): string {
    const attributes = { axis: -1, epsilon: { float: this.#vision.layerNormEps } };
    return this.#net.graph.node('LayerNormalization', [x, ...this.#weights(name)], { attributes });
  }

  #weights(norm: string): string[] {
    return ['weight', 'bias'].map((part) => this.#net.weight(`${norm}.${part}`));
  }
}

// pixels → [1, N · rows, hidden], row after row of patches, positions added
function embedPatches(net: NetworkBuilder, { hiddenSize, patchSize, rows }: NetworkConfig['vision']): string {
  const { graph } = net;
  const patches = graph.node('Conv', ['pixels', net.weight('vision.patch.weight'), net.weight('vision.patch.bias')], {
    attributes: { kernel_shape: [patchSize, patchSize], strides: [patchSize, patchSize] }
  });
  const flat = graph.node('Reshape', [patches, graph.ints(0, hiddenSize, rows)]); // 0 keeps N
  const tokens = graph.node('Transpose', [flat], { attributes: { perm: [0, 2, 1] } });
  const placed = graph.node('Add', [tokens, net.weight('vision.positions')]);
  return graph.node('Reshape', [placed, graph.ints(1, -1, hiddenSize)]);
}

// Of each picture by itself.
function attention(net: NetworkBuilder, block: string, x: string, { heads, rows, hiddenSize }: NetworkConfig['vision']): string {
  const { graph } = net;
  const parts = ['q', 'k', 'v'].map((part) => `${block}.${part}`);
  const qkv = graph.node('Reshape', [net.matmul(x, `${block}.qkv.weight`), graph.ints(-1, rows, 3 * hiddenSize)]);
  graph.node('Split', [qkv], { outputs: parts, attributes: { axis: 2, num_outputs: 3 } });
  const attended = net.microsoft('MultiHeadAttention', [...parts, net.weight(`${block}.qkv.bias`)], { attributes: { num_heads: heads } });
  return graph.node('Reshape', [attended, graph.ints(1, -1, hiddenSize)]);
}
