import type { ChatEvent, DrawingEvent, MeshClient } from '@janus-mesh/client';
import type { Receipt } from '@janus-mesh/contracts';
import type { Generation } from '../support/tier-calls.ts';
import type { Case } from './cases.ts';

/** A result as a caller of the mesh gets it. */
export interface PublicResult {
  readonly text: string;
  /** Encoded pictures, by sample. */
  readonly pictures: readonly Uint8Array[];
  readonly ids: readonly (readonly number[])[];
  readonly receipts: readonly (Receipt | undefined)[];
}

/** Sends a request through the public door. */
export async function askPublicly(client: MeshClient, { request, caller }: Case): Promise<PublicResult> {
  return 'chat' in request
    ? await answered(client.chat(request.chat, { caller }))
    : await drawn(client.generateImage(request.drawing, { caller }));
}

async function answered(events: AsyncIterable<ChatEvent>): Promise<PublicResult> {
  const ids: number[] = [];
  let text = '';
  let receipt: Receipt | undefined;
  for await (const event of events) {
    if (event.$case === 'finished') receipt = event.value.receipt;
    if (event.$case !== 'delta') continue;
    text += event.value.text;
    ids.push(...event.value.tokenIds);
  }
  return { text, pictures: [], ids: [ids], receipts: [receipt] };
}

async function drawn(events: AsyncIterable<DrawingEvent>): Promise<PublicResult> {
  const found = [];
  for await (const event of events) if (event.$case === 'picture') found.push(event.value);
  found.sort((a, b) => a.sampleIndex - b.sampleIndex);
  return {
    text: '',
    pictures: found.map(({ data }) => data),
    ids: found.map(({ codeIds }) => codeIds),
    receipts: found.map(({ receipt }) => receipt)
  };
}

/** A generation as far as receipts show one: of the logit hashes, those at their positions. */
export function asReceiptsShow({ ids, hashes }: Generation, { receipts }: PublicResult): Pick<PublicResult, 'ids'> & { hashes: unknown } {
  const positions = receipts.map((receipt) => receipt?.logitHashes.map(({ position }) => position) ?? []);
  return { ids, hashes: positions.map((list, sample) => list.map((position) => ({ position, hash: hashes[sample]?.[position] }))) };
}
