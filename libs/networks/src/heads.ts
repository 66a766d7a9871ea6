import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';

/**
 * The language head. R must be even where `needsEvenRows`.
 *
 * hidden f32 [1, R, hidden], after the final norm → logits f32 [1, R, vocabulary]
 */
export function textHead(config: NetworkConfig): Network {
  const net = headBuilder('text_head', config);
  return finishHead(net, net.matmul('hidden', 'text.head'), config.text.vocabSize);
}

/**
 * The generation head: linear, erf GELU, linear. R must be even where `needsEvenRows`.
 *
 * hidden f32 [1, R, hidden], after the final norm → logits f32 [1, R, codebook]
 */
export function codeHead(config: NetworkConfig): Network {
  const net = headBuilder('code_head', config);
  return finishHead(net, net.linear(net.linearGelu('hidden', 'codes.head.fc1'), 'codes.head.fc2'), config.codec.codebookSize);
}

function headBuilder(name: string, config: NetworkConfig): NetworkBuilder {
  const net = new NetworkBuilder(name, config);
  net.graph.input('hidden', 'f32', [1, 'R', config.text.hiddenSize]);
  return net;
}

function finishHead(net: NetworkBuilder, logits: string, columns: number): Network {
  net.output(logits, 'logits', [1, 'R', columns]);
  return net.finish();
}
