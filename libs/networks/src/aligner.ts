import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';

/**
 * Carries SigLIP's features into the language model's space (`mlp_gelu`, depth 2).
 *
 * features f32 [1, R, vision hidden] → aligned f32 [1, R, hidden]
 */
export function aligner(config: NetworkConfig): Network {
  const net = new NetworkBuilder('aligner', config);
  net.graph.input('features', 'f32', [1, 'R', config.vision.hiddenSize]);
  const aligned = net.linear(net.linearGelu('features', 'aligner.fc1'), 'aligner.fc2');
  net.output(aligned, 'aligned', [1, 'R', config.text.hiddenSize]);
  return net.finish();
}
