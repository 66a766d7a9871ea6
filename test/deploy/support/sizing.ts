import { type QuantizationScheme, readModelConfig, schemeOf } from '@janus-mesh/models';
import { bundleTensors } from '@janus-mesh/networks';
import { type DType, dtypeBytes } from '@janus-mesh/tensor';
import { publishedDocuments } from '../../../libs/importer/src/synthetic/published-models.ts';

const GIB = 1024 ** 3;
/** Rows of a picture's pair: 576 codes and a prompt, rounded up to 256. */
const PICTURE_POSITIONS = 2 * 768;
const CHAT_POSITIONS = 1280;
const PICTURES_AT_ONCE = 8;

/** A row of the operators' table of sizes, computed from what bundles hold. */
export function sizesRow(name: 'Janus-Pro-1B' | 'Janus-Pro-7B', scheme: QuantizationScheme): string[] {
  const { model } = readModelConfig(publishedDocuments(name.toLowerCase() as 'janus-pro-1b'));
  const quantization = schemeOf(scheme, 'bf16');
  const tensors = bundleTensors({ ...model, quantization });
  const weights = (parts: RegExp) =>
    tensors
      .filter((tensor) => parts.test(tensor.name))
      .reduce((sum, { dims, dtype }) => sum + dims.reduce((product, dim) => product * dim, 1) * dtypeBytes(dtype as DType), 0);
  const { layers, kvHeads, headDim } = model.text;
  const position = 2 * layers * kvHeads * headDim * (quantization.kv === 'int8' ? 1 : 4);
  const gib = (bytes: number) => (bytes / GIB).toFixed(2);
  const transformer = weights(/^(text|aligner|codes)\./);
  const atOnce = PICTURES_AT_ONCE * PICTURE_POSITIONS * position;
  return [
    ...[name, scheme, gib(transformer), gib(weights(/^vision\./)), gib(weights(/^codec\./)), String(position / 1024)],
    ...[gib(PICTURE_POSITIONS * position), gib(CHAT_POSITIONS * position), gib(atOnce), String(Math.ceil((transformer + atOnce) / GIB + 1))]
  ];
}
