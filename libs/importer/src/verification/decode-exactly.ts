import { bundleTensors, codecDecoder } from '@janus-mesh/networks';
import type { CalibrationContext } from '../calibration/calibration-context.ts';

/** Decodes whole pictures' codes with the f32 decoder of a checkpoint. → f32 [3, side, side] each */
export async function decodeExactly(
  { config, reader, runtime }: CalibrationContext,
  pictures: readonly (readonly number[])[]
): Promise<Float32Array[]> {
  if (pictures.length === 0) return [];
  const network = codecDecoder(config);
  const tensors = new Map(bundleTensors(config).map((tensor) => [tensor.name, tensor]));
  const weights = new Map<string, ReturnType<typeof runtime.tensor<'f32'>>>();
  for (const name of network.weights) {
    const tensor = tensors.get(name);
    if (tensor?.source.kind !== 'copy') throw new RangeError(`the decoder's tensor ${name} is no copy of the checkpoint's`);
    weights.set(name, runtime.tensor('f32', tensor.dims, await reader.rows(tensor.source.from)));
  }
  const session = await runtime.createSession({ model: network.model, weights });
  try {
    const { grid, imageSize } = config.codec;
    const decoded: Float32Array[] = [];
    for (const codes of pictures) {
      const image = new Float32Array(3 * imageSize ** 2);
      const call = session.newCall(['ids'], ['image']);
      call.setInput('ids', runtime.tensor('i64', [1, grid ** 2], BigInt64Array.from(codes, BigInt)));
      call.setOutput('image', runtime.tensor('f32', [1, 3, imageSize, imageSize], image));
      await call.run();
      call.release();
      decoded.push(image);
    }
    return decoded;
  } finally {
    session.release();
    for (const weight of weights.values()) weight.release();
  }
}
