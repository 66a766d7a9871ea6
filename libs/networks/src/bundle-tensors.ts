import { UNQUANTIZED } from '@janus-mesh/models';
import { codecTensors } from './codec-tensors.ts';
import type { BundleTensor, NetworkConfig } from './network.ts';
import { storedTensors } from './quantized-tensors.ts';
import { textTensors } from './text-tensors.ts';
import { visionTensors } from './vision-tensors.ts';

/**
 * Lists every tensor of a bundle, in the layout the graphs read, and how each is made from the checkpoint's canonical
 * tensors (Hugging Face names without the leading `model.`). Computed ones come after all they are computed from.
 *
 * @throws {RangeError} if it is to be quantised, and in f16
 */
export function bundleTensors(config: NetworkConfig): BundleTensor[] {
  const { quantization = UNQUANTIZED } = config;
  const plain = [...visionTensors(config), ...textTensors(config), ...codecTensors(config)];
  const tensors = plain.flatMap((tensor) => storedTensors(tensor, quantization)).map((tensor) => inFloats(tensor, config));
  const isComputed = (tensor: BundleTensor) => tensor.source.kind === 'computed';
  return [...tensors.filter((tensor) => !isComputed(tensor)), ...tensors.filter(isComputed)];
}

function inFloats(tensor: BundleTensor, { floats = 'f32', quantization = UNQUANTIZED }: NetworkConfig): BundleTensor {
  if (floats === 'f32') return tensor;
  if (quantization.scheme !== 'f32')
    throw new RangeError(`a network in ${floats} is not quantised: expected scheme f32, got ${quantization.scheme}`);
  return tensor.source.kind === 'columns' ? { ...tensor, dtype: floats } : tensor;
}
