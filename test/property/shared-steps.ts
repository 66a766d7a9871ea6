import type { StepRecord, TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { Client } from '@janus-mesh/rpc';

/** How many steps ran what for whom. */
export interface SharedSteps {
  readonly steps: number;
  /** Of more than one group. */
  readonly shared: number;
  /** Of text and pictures. */
  readonly bothHeads: number;
  /** In which one brought a chunk of its prompt while another decoded. */
  readonly chunkBesideDecode: number;
}

/** Counts in the flight record of a transformer, from a step on. */
export async function sharedSteps(transformer: Client<TransformerServiceDefinition>, from: bigint): Promise<SharedSteps> {
  const steps: StepRecord[] = [];
  for await (const part of transformer.getFlightRecord({})) steps.push(...part.steps.filter(({ step }) => step >= from));
  return {
    steps: steps.length,
    shared: steps.filter(({ groups }) => groups.length > 1).length,
    bothHeads: steps.filter(({ groups }) => new Set(groups.map(({ head }) => head)).size > 1).length,
    chunkBesideDecode: steps.filter(({ groups }) => isChunkBesideDecode(groups.map(({ tokens }) => tokens))).length
  };
}

function isChunkBesideDecode(groups: readonly (readonly number[])[]): boolean {
  return groups.some((tokens) => tokens.some((count) => count > 1)) && groups.some((tokens) => tokens.every((count) => count === 1));
}
