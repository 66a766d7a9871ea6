import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectPictures, collectText, picture, userMessage } from '@janus-mesh/client';
import type { GetStatusResponse } from '@janus-mesh/contracts';
import { CHECKPOINTS, type TestMesh } from './mesh.ts';

const SETTLE_MS = 10_000;

/**
 * Looks whether a mesh of the embedded model is as if nothing had happened: no process ended, nothing waits or runs, no KV
 * cache is held, and requests are answered as always.
 *
 * @returns what is not so
 */
export async function harmOf({ client, processes, lines }: TestMesh): Promise<string[]> {
  const harm: string[] = [];
  const ended = await Promise.race([processes.all.map(({ label, ended }) => ended.then(() => label)), [sleep(0)]].flat());
  if (ended !== undefined) harm.push(`${ended} ended: ${lines.slice(-5).join('\n')}`);
  let busy = whatIsBusy(await client.getStatus());
  for (const end = Date.now() + SETTLE_MS; busy.length > 0 && Date.now() < end; busy = whatIsBusy(await client.getStatus()))
    await sleep(50);
  harm.push(...busy);
  const hearts = readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures/three-hearts.png'));
  const text = await collectText(client.chat({ messages: [userMessage(picture(hearts), 'Describe the image.')] }));
  if (text.trim() !== 'three pink hearts') harm.push(`three pink hearts are described as "${text}"`);
  const [drawn] = await collectPictures(client.generateImage({ prompt: 'a red circle', seed: 7n }));
  if (drawn?.codeIds.length !== 36 || drawn.data.length === 0) harm.push('a red circle is not drawn any more');
  return harm;
}

/** Replicas that are away, wait, run or hold memory, by the status of a mesh. */
export function whatIsBusy({ tiers }: GetStatusResponse): string[] {
  return tiers.flatMap(({ tier, replicas }) =>
    replicas.flatMap(({ ready, reason, queued, running, textRows, codeRows, kvBytesUsed }) => {
      if (!ready) return [`${tier} is away: ${reason}`];
      const held = Object.entries({ queued, running, textRows, codeRows, kvBytesUsed }).filter(([, value]) => Number(value) !== 0);
      return held.map(([what, value]) => `${tier} still has ${value} ${what}`);
    })
  );
}
