import { readFileSync } from 'node:fs';
import { importCheckpoint } from '../index.ts';

// A process that imports a checkpoint and prints what it took, as JSON: `import-process.ts <checkpoint> <bundle> <scheme> [share]`. With a
// share of the work it stops there, says `holding`, and waits to be killed.
const [folder = '', out = '', scheme = 'f32', share = 'Infinity'] = process.argv.slice(2);
const started = performance.now();
let measuringSeconds = 0;
await importCheckpoint(folder, out, {
  quantize: scheme as 'f32' | 'w8a8' | 'w4',
  onProgress: ({ done, total, stage }) => {
    if (stage === 'measuring') measuringSeconds = (performance.now() - started) / 1000;
    if (done / total < Number(share)) return;
    process.stdout.write('holding\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
});
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage();
const peakKiB = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
process.stdout.write(`${JSON.stringify({ peakBytes: peakKiB * 1024, seconds, measuringSeconds, cpuSeconds: (user + system) / 1e6 })}\n`);
