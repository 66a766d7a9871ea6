import { type ExternalData, placeExternalData } from '@janus-mesh/onnx';
import type { Network } from './network.ts';

/** The network with some weights read from files, by ONNX Runtime itself: they need not be supplied any more. Places of others are ignored. */
export function placedNetwork(network: Network, places: ReadonlyMap<string, ExternalData>): Network {
  return {
    ...network,
    model: placeExternalData(network.model, places),
    weights: network.weights.filter((name) => !places.has(name))
  };
}
