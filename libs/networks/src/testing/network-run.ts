import type { Runtime, Session, Value } from '@janus-mesh/runtime';
import type { Network } from '../network.ts';
import type { StoredTensor } from './quantized-bundle.ts';
import type { FloatTensor } from './safetensors.ts';

/** A session of a network over weights in memory. */
export function openNetwork(runtime: Runtime, network: Network, data: ReadonlyMap<string, FloatTensor | StoredTensor>): Promise<Session> {
  const weights = new Map<string, Value>();
  for (const name of network.weights) {
    const tensor = data.get(name);
    if (!tensor) throw new RangeError(`no weight ${name}`);
    weights.set(name, runtime.tensor('dtype' in tensor ? tensor.dtype : 'f32', tensor.dims, tensor.data));
  }
  return runtime.createSession({ model: network.model, weights });
}

/** Runs a session once: writes the outputs into the values given. */
export async function runOnce(
  session: Session,
  inputs: Readonly<Record<string, Value>>,
  outputs: Readonly<Record<string, Value>>
): Promise<void> {
  const call = session.newCall(Object.keys(inputs), Object.keys(outputs));
  try {
    for (const [name, value] of Object.entries(inputs)) call.setInput(name, value);
    for (const [name, value] of Object.entries(outputs)) call.setOutput(name, value);
    await call.run();
  } finally {
    call.release();
  }
}

/** The largest absolute difference, NaN if either has one. */
export function largestError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) throw new RangeError(`${actual.length} values against ${expected.length}`);
  return actual.reduce((largest, value, i) => {
    const error = Math.abs(value - (expected[i] as number));
    return Math.max(largest, error);
  }, 0);
}
