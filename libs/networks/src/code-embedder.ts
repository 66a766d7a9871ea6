import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';

/**
 * Embeds picture codes as the language model reads them: gen_embed, then gen_aligner. There are only as many inputs as codes,
 * so it runs once, at import, to make `text.code_table`.
 *
 * codes i64 [n] → embedded f32 [n, hidden]
 */
export function codeEmbedder(config: NetworkConfig): Network {
  const net = new NetworkBuilder('code_embedder', config);
  net.graph.input('codes', 'i64', ['n']);
  const rows = net.graph.node('Gather', [net.weight('codes.embed'), 'codes'], { attributes: { axis: 0 } });
  const embedded = net.linear(net.linearGelu(rows, 'codes.fc1'), 'codes.fc2');
  net.output(embedded, 'embedded', ['n', config.text.hiddenSize]);
  return net.finish();
}
