import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

test.each([
  ['bench', ['--soak', 'x'], '--soak "x": expected a number from 0 on'],
  ['bench', ['--rounds=-1'], '--rounds "-1": expected a number from 1 on'],
  ['bench', ['--profile', 'siglip,encode'], '--profile "encode": expected decode-n, prefill-n, siglip or vq-decode'],
  ['quality', ['--schemes', 'f32,w2'], '--schemes "w2": expected one of f32, w8a8, w4, w4-b128'],
  ['quality', ['--drawings', '1.5'], '--drawings "1.5": expected a whole number from 1 on'],
  ['property', ['--quantize', 'w2'], '--quantize "w2": expected one of f32, w8a8, w4'],
  ['property', ['--block', '128'], '--block 128 is for --quantize w4: f32 has no blocks'],
  ['property', ['--quantize', 'w4', '--block', '64'], '--block "64": expected one of 32, 128'],
  ['property', ['--rounds', '3'], expect.stringContaining("Unknown option '--rounds'")]
])('%s %j is a usage error: one line, exit code 2', async (script, args, message) => {
  const main = resolve(import.meta.dirname, '..', script, 'main.ts');
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((settle) =>
    execFile(process.execPath, ['--import', 'tsx', main, ...args], (error, _, stderr) => settle({ code: error?.code, stderr }))
  );
  expect(code).toBe(2);
  expect(stderr.split('\n')).toEqual([expect.stringMatching(/^error: usage: /), '']);
  expect(stderr.trim().slice('error: usage: '.length)).toEqual(message);
});
