import type { TextConfig } from '@janus-mesh/models';
import { paddedHeadDim, ropeTables } from '@janus-mesh/networks';
import type { Runtime, Value } from '@janus-mesh/runtime';

/** The rotary embedding's tables for every position of the context: made once, and bound to every variant of the step. */
export class RopeValues {
  readonly cos: Value<'f32'>;
  readonly sin: Value<'f32'>;

  constructor(runtime: Runtime, text: TextConfig) {
    const { cos, sin } = ropeTables(text);
    const dims = [text.contextTokens, paddedHeadDim(text) / 2];
    this.cos = runtime.tensor('f32', dims, cos);
    this.sin = runtime.tensor('f32', dims, sin);
  }

  /** Gives the tables back; after the variants. */
  release(): void {
    this.cos.release();
    this.sin.release();
  }
}
