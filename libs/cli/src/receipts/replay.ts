import type { MeshClient } from '@janus-mesh/client';
import { ask } from '../answer.ts';
import { untilLost } from '../mesh/until-lost.ts';
import { CommandError } from '../report.ts';
import { pictureSha256, readPicture, type Turn } from '../turn.ts';
import { type Cause, causesOf, type Difference, firstDifference } from './compare.ts';
import { proofOf } from './proof.ts';
import type { AnswerReceipt, DrawingReceipt, Proof, ResultReceipt } from './receipt.ts';
import { pathFromReceipt } from './receipt-file.ts';

/** What came of generating a result again. */
export interface Replay {
  /** Unset: identical, every id and every logit hash. */
  readonly difference: Difference | undefined;
  /** What is not as it was and so explains a difference. */
  readonly causes: readonly Cause[];
}

/** How a replay is run. */
export interface ReplayOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is: ids generated, ids of the receipt. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** How one result is generated again. */
interface Again {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
}

/**
 * Generates a result again, with the parameters that were used then, and compares.
 *
 * @param file the receipt lies in: pictures are looked for from there
 */
export async function replay(
  mesh: MeshClient,
  receipt: ResultReceipt,
  file: string,
  { signal, onProgress }: ReplayOptions = {}
): Promise<Replay> {
  const again = { signal, onProgress: (done: number) => onProgress?.(done, receipt.ids.length) };
  if (receipt.kind === 'drawing') return compared(receipt, await drawAgain(mesh, receipt, again), []);
  const { turns, changed } = await conversationOf(receipt, file);
  return compared(receipt, await answerAgain(mesh, receipt, turns, again), changed);
}

function compared(receipt: ResultReceipt, again: Proof, changed: readonly Cause[]): Replay {
  return { difference: firstDifference(receipt, again), causes: [...changed, ...causesOf(receipt, again)] };
}

async function answerAgain(
  mesh: MeshClient,
  receipt: AnswerReceipt,
  turns: readonly Turn[],
  { signal, onProgress }: Again
): Promise<Proof> {
  const { request, maxTokens } = receipt;
  const { systemPrompt: system, stop, rawOrientation, literalSpecials } = request;
  const options = { json: false, system, stop, rawOrientation, literalSpecials, maxTokens, ...samplingOf(receipt) };
  const ids: number[] = [];
  for await (const event of ask(mesh, turns, options, signal)) {
    if (event.$case === 'delta') ids.push(...event.value.tokenIds);
    if (event.$case === 'delta') onProgress(ids.length);
    if (event.$case === 'finished') return proofOf(event.value.receipt, ids);
  }
  throw new CommandError('incomplete', 'the mesh ended the answer without saying so');
}

async function drawAgain(mesh: MeshClient, receipt: DrawingReceipt, { signal, onProgress }: Again): Promise<Proof> {
  const { prompt, negativePrompt, literalSpecials } = receipt.request;
  const request = { prompt, negativePrompt, literalSpecials, samples: 1, guidanceWeight: receipt.guidanceWeight, ...samplingOf(receipt) };
  for await (const event of untilLost(mesh.generateImage(request, { signal }), 'drawing')) {
    if (event.$case === 'progress') onProgress(event.value.codesDone);
    if (event.$case === 'picture') return proofOf(event.value.receipt, event.value.codeIds);
  }
  throw new CommandError('incomplete', 'the mesh ended the drawing without a picture');
}

function samplingOf({ sampling: { temperature, topK, topP, seed } }: Proof) {
  return { temperature, topK, topP, seed: BigInt(seed) };
}

/** Reads the pictures again; one whose bytes are others is a cause. */
async function conversationOf({ request }: AnswerReceipt, file: string): Promise<{ turns: Turn[]; changed: Cause[] }> {
  const changed: Cause[] = [];
  const turns: Turn[] = [];
  for (const { role, parts } of request.messages) {
    const read: Turn['parts'][number][] = [];
    for (const part of parts) {
      if ('text' in part) read.push(part.text);
      else {
        const picture = await readPicture(pathFromReceipt(file, part.picture.path));
        const sha256 = pictureSha256(picture);
        if (sha256 !== part.picture.sha256)
          changed.push({ field: `picture ${picture.path}`, was: `sha256 ${part.picture.sha256}`, is: sha256 });
        read.push(picture);
      }
    }
    turns.push({ role, parts: read });
  }
  return { turns, changed };
}
