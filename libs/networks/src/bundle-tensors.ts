import { UNQUANTIZED } from '@janus-mesh/models';
import { codecTensors } from './codec-tensors.ts';
import type { BundleTensor, NetworkConfig } from './network.ts';
import { storedTensors } from './quantized-tensors.ts';
import { textTensors } from './text-tensors.ts';
import { visionTensors } from './vision-tensors.ts';

/**
 * Lists every tensor of a bundle, in the layout the graphs read, and how each is made from the checkpoint's canonical
 * tensors (Hugging Face names without the leading `model.`). Computed ones come after all they are computed from.
 */
export function bundleTensors(config: NetworkConfig): BundleTensor[] {
  const { quantization = UNQUANTIZED } = config;
  const plain = [...visionTensors(config), ...textTensors(config), ...codecTensors(config)];
  const tensors = plain.flatMap((tensor) => storedTensors(tensor, quantization));
  const isComputed = (tensor: BundleTensor) => tensor.source.kind === 'computed';
  return [...tensors.filter((tensor) => !isComputed(tensor)), ...tensors.filter(isComputed)];
}
