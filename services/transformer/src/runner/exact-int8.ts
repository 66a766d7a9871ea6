import { INT8_PROBE_SUM, int8Probe } from '@janus-mesh/networks';
import { isaClass, type Runtime } from '@janus-mesh/runtime';

/**
 * Checks that this processor adds up products of bytes exactly, by trying it.
 *
 * @throws {RangeError} if sums saturate: int8 linears would be wrong wherever activations are large, without a word
 */
export async function assertExactInt8(runtime: Runtime): Promise<void> {
  const { model, inputs, outputs } = int8Probe();
  const session = await runtime.createSession({ model });
  const dims = inputs[0]?.dims as number[];
  const rows = runtime.tensor('u8', dims);
  const sums = runtime.tensor('f32', dims);
  rows.data.fill(255);
  try {
    const call = session.newCall(
      inputs.map(({ name }) => name),
      outputs.map(({ name }) => name)
    );
    call.setInput(0, rows);
    call.setOutput(0, sums);
    await call.run();
    assertSums(sums.data);
  } finally {
    for (const part of [session, rows, sums]) part.release();
  }
}

/** @throws {RangeError} unless all are what they are where sums are exact */
export function assertSums(sums: Float32Array): void {
  const wrong = sums.find((sum) => sum !== INT8_PROBE_SUM);
  if (wrong === undefined) return;
  const what = `this processor (${isaClass()}) adds products of bytes up to ${wrong} instead of ${INT8_PROBE_SUM}`;
  throw new RangeError(`${what}: it has no VNNI or the like, and w8a8 would give wrong results; use a bundle imported as f32 or w4`);
}
