import { createHash } from 'node:crypto';
import { openRuntime } from '@janus-mesh/runtime';
import { createRunner } from '../create-runner.ts';
import { runAlone, scripts } from './scripted-sequences.ts';
import { writeRandomBundle } from './written-bundle.ts';

/** A short name for the bits of a row of logits. */
export function hashOf(logits: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength))
    .digest('hex')
    .slice(0, 16);
}

// Run by itself, as `logit-hashes.ts <threads> <form>`, the form as JSON: prints the hashes of all scripts, run alone on so many threads. A process has one pool.
if (process.argv[1] === import.meta.filename) {
  const bundle = await writeRandomBundle(JSON.parse(process.argv[3] as string));
  try {
    const runtime = openRuntime({ threads: Number(process.argv[2]) });
    const runner = await createRunner({ bundle, runtime, slots: 1, kvBudgetBytes: 64 << 20 });
    const hashes: string[][] = [];
    for (const script of scripts(12, 5)) hashes.push((await runAlone(runner, script)).map(hashOf));
    console.log(JSON.stringify(hashes));
  } finally {
    await bundle.remove();
  }
}
