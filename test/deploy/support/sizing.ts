import { type QuantizationScheme, readModelConfig, schemeOf } from '@janus-mesh/models';
import { bundleTensors } from '@janus-mesh/networks';
import { type DType, dtypeBytes } from '@janus-mesh/tensor';
import { publishedDocuments } from '../../../libs/importer/src/synthetic/published-models.ts';

const GIB = 1024 ** 3;
/** Rows of a picture's pair: 576 codes and a prompt, rounded up to 256. */
const PICTURE_POSITIONS = 2 * 768;
const CHAT_POSITIONS = 1280;
const PICTURES_AT_ONCE = 8;

type ModelName = 'Janus-Pro-1B' | 'Janus-Pro-7B';

/** Bytes of the language model's layers, without embeddings and heads. */
export function layerBytes(name: ModelName, scheme: QuantizationScheme): number {
  return weightsOf(name, scheme).bytes(/^text\.layers\./);
}

/** A row of the operators' table of sizes, computed from what bundles hold. */
export function sizesRow(name: ModelName, scheme: QuantizationScheme): string[] {
  const { text, kvBytes, bytes } = weightsOf(name, scheme);
  const position = 2 * text.layers * text.kvHeads * text.headDim * kvBytes;
  const gib = (count: number) => (count / GIB).toFixed(2);
  const transformer = bytes(/^(text|aligner|codes)\./);
  const atOnce = PICTURES_AT_ONCE * PICTURE_POSITIONS * position;
  return [
    ...[name, scheme, gib(transformer), gib(bytes(/^vision\./)), gib(bytes(/^codec\./)), String(position / 1024)],
    ...[gib(PICTURE_POSITIONS * position), gib(CHAT_POSITIONS * position), gib(atOnce), String(Math.ceil((transformer + atOnce) / GIB + 1))]
  ];
}

/** A published model in a form: its text geometry, bytes of a KV value, and bytes of the tensors whose names match. */
function weightsOf(name: ModelName, scheme: QuantizationScheme) {
  const { model } = readModelConfig(publishedDocuments(name.toLowerCase() as 'janus-pro-1b'));
  const quantization = schemeOf(scheme, 'bf16');
  const tensors = bundleTensors({ ...model, quantization });
  const bytes = (parts: RegExp) =>
    tensors
      .filter((tensor) => parts.test(tensor.name))
      .reduce((sum, { dims, dtype }) => sum + dims.reduce((product, dim) => product * dim, 1) * dtypeBytes(dtype as DType), 0);
  return { text: model.text, kvBytes: quantization.kv === 'int8' ? 1 : 4, bytes };
}
