import type { ModelConfig } from '@janus-mesh/models';
import { geluProbe, linearProbe } from '@janus-mesh/networks';
import type { Runtime } from '@janus-mesh/runtime';
import { elementCount } from '@janus-mesh/tensor';
import type { TensorReader } from '../tensor-reader.ts';
import { ProbeRunner, type ProbeValue } from './probe-runner.ts';
import { Scratch } from './scratch.ts';

/** What all parts of a calibration work with. */
export interface CalibrationContext {
  readonly config: ModelConfig;
  readonly reader: TensorReader;
  readonly runtime: Runtime;
  readonly signal: AbortSignal | undefined;
  readonly linear: ProbeRunner;
  readonly gelu: ProbeRunner;
  /** Memory of the weights at hand. */
  readonly scratch: Scratch;
}

/** Makes the sessions that all parts use. Release `linear` and `gelu` at the end. */
export async function calibrationContext(parts: Omit<CalibrationContext, 'linear' | 'gelu' | 'scratch'>): Promise<CalibrationContext> {
  const linear = await ProbeRunner.load(parts.runtime, linearProbe(), parts.signal);
  return { ...parts, scratch: new Scratch(parts.config), linear, gelu: await ProbeRunner.load(parts.runtime, geluProbe(), parts.signal) };
}

/** A checkpoint's tensor as it is, in scratch memory. */
export async function tensorValue({ reader, scratch }: CalibrationContext, name: string): Promise<ProbeValue<Float32Array>> {
  const dims = reader.dims(name);
  return { dims, data: await reader.rows(name, scratch.take(elementCount(dims))) };
}

/** Matrices [n_i, k], or vectors, of a checkpoint, one after another, in scratch memory. */
export async function stackedTensors({ reader, scratch }: CalibrationContext, names: readonly string[]): Promise<ProbeValue<Float32Array>> {
  const sizes = names.map((name) => elementCount(reader.dims(name)));
  const data = scratch.take(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [i, name] of names.entries()) {
    const size = sizes[i] as number;
    await reader.rows(name, data.subarray(at, at + size));
    at += size;
  }
  const [, ...rest] = reader.dims(names[0] as string);
  return { dims: [names.reduce((sum, name) => sum + reader.rowCount(name), 0), ...rest], data };
}

/** Runs `geluProbe` on a linear layer of the checkpoint; its weight stays in scratch memory until the next layer. x f32 [t, k] → y, gelu f32 [t, n] */
export async function denseLayer(
  context: CalibrationContext,
  x: Float32Array,
  name: string
): Promise<{ y: Float32Array; gelu: Float32Array; weight: Float32Array }> {
  context.scratch.reset();
  const weight = await tensorValue(context, `${name}.weight`);
  const [n = 0, k = 0] = weight.dims;
  const t = x.length / k;
  const inputs = { x: { dims: [t, k], data: x }, weight, bias: await tensorValue(context, `${name}.bias`) };
  return { ...(await context.gelu.run(inputs, { y: [t, n], gelu: [t, n] })), weight: weight.data };
}
