import type { TextConfig } from '@janus-mesh/models';
import { ropeTables } from '@janus-mesh/networks';
import type { Runtime, Value } from '@janus-mesh/runtime';

/** The rotary embedding's tables for every position of the context: made once, and bound to every variant of the step. */
export class RopeValues {
  readonly cos: Value<'f32'>;
  readonly sin: Value<'f32'>;

  constructor(runtime: Runtime, text: TextConfig) {
    const { dims, cos, sin } = ropeTables(text);
    this.cos = runtime.tensor('f32', dims, cos);
    this.sin = runtime.tensor('f32', dims, sin);
  }

  /** Gives the tables back; after the variants. */
  release(): void {
    this.cos.release();
    this.sin.release();
  }
}
