import { readFileSync } from 'node:fs';
import { importCheckpoint } from '../index.ts';

// A process that imports a checkpoint and says what it took: `import-process.ts <checkpoint> <bundle>`. It prints a line at each
// step of progress, so that a test can end it on the way, and at the end JSON.
const [folder = '', out = ''] = process.argv.slice(2);
const started = performance.now();
await importCheckpoint(folder, out, {
  onProgress: ({ done, total, tensor }) => process.stdout.write(`at ${done} of ${total} ${tensor}\n`)
});
const peakKiB = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
process.stdout.write(`${JSON.stringify({ peakBytes: peakKiB * 1024, seconds: (performance.now() - started) / 1000 })}\n`);
