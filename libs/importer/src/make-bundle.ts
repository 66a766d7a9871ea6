import { createBundle, type Manifest, type WeightsFile } from '@janus-mesh/bundle';
import { type Quantization, type QuantizationScheme, schemeOf, type WeightBlock } from '@janus-mesh/models';
import { bundleTensors } from '@janus-mesh/networks';
import type { Runtime } from '@janus-mesh/runtime';
import { type Calibration, calibrate } from './calibration/calibrate.ts';
import { palettePictures } from './computed/learn-palette.ts';
import { fillWeights } from './fill-weights.ts';
import { type ImportEvent, ImportProgress } from './import-progress.ts';
import { importRuntime } from './import-runtime.ts';
import type { ImportSource } from './import-source.ts';
import type { TensorReader } from './tensor-reader.ts';
import { writingOrder } from './writing-order.ts';

/** How a bundle is made. */
export interface BundleOptions {
  /** How weights are stored. @default w8a8 */
  readonly quantize?: QuantizationScheme | undefined;
  /** With w4: how many weights share a scale. @default 32 */
  readonly block?: WeightBlock | undefined;
  /**
   * Whether it is measured what quantising costs, so that linears that lose too much are kept in a better form, and the cache can be int8.
   * Without it neither is.
   *
   * @default true
   */
  readonly calibrate?: boolean | undefined;
  /** Whether a bundle that lies at the target is replaced. @default false */
  readonly overwrite?: boolean | undefined;
  readonly onProgress?: ((event: ImportEvent) => void) | undefined;
  /** Told what is odd but does no harm: tensors that no Janus has, sample pictures that are none. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What tensors are computed with. @default one opened with as many threads as there are cores */
  readonly runtime?: Runtime | undefined;
}

type Measured = Pick<Calibration, 'quantization' | 'cacheScales'>;

/**
 * Makes a bundle of a source, tensor by tensor. Where it is quantised, what that costs is measured first: which linears keep a better
 * form decides what is written.
 *
 * @throws {RangeError} if a block is given and the weights are not w4
 * @throws {ModelError} bundle_exists, or what the source's tensors are refused with
 */
export async function makeBundle(source: ImportSource, name: string, dir: string, options: BundleOptions): Promise<Manifest> {
  const { overwrite, signal, onProgress, onWarning, runtime = importRuntime() } = options;
  const { model, samples, tokenizerJson } = source;
  const planned = schemeOf(options.quantize ?? 'w8a8', source.embedding, options.block);
  const calibrates = planned.scheme !== 'f32' && options.calibrate !== false;
  const pictures = source.hasPalette ? palettePictures(model, samples) : 0;
  const progress = new ImportProgress(bundleTensors(model), model, { pictures, calibrates }, onProgress);
  const reader = source.openReader((bytes, tensor) => {
    signal?.throwIfAborted();
    progress.add(bytes, tensor);
  });
  try {
    const measured = calibrates ? await measure(source, reader, { quantization: planned, runtime, signal }) : unmeasured(planned);
    progress.startWriting();
    const config = { ...model, quantization: measured.quantization };
    const tensors = writingOrder(bundleTensors(config), config);
    const filling = { source, reader, config, tensors, cacheScales: measured.cacheScales, progress, runtime, onWarning, signal };
    const write = async (weights: WeightsFile) => ({ name, ...(await fillWeights(weights, filling)) });
    const onHashed = (event: { done: number; total: number }) => progress.hashed(event);
    return await createBundle(dir, { tensors, tokenizerJson, write }, { overwrite, signal, onProgress: onHashed });
  } finally {
    await reader.close();
  }
}

async function measure(
  { model, tokenizerJson, samples }: ImportSource,
  reader: TensorReader,
  parts: { readonly quantization: Quantization; readonly runtime: Runtime; readonly signal: AbortSignal | undefined }
): Promise<Measured> {
  return await calibrate({ ...parts, config: model, reader, tokenizerJson, samples });
}

// Without ranges to make its scales of, the cache can not be int8.
function unmeasured(planned: Quantization): Measured {
  return { quantization: { ...planned, kv: 'f32' }, cacheScales: new Map() };
}
