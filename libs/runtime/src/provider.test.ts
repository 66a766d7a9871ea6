import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const OPEN = join(import.meta.dirname, 'open-runtime.ts');

/** What a process of its own says, as a process opens ONNX Runtime once. */
function said(program: string): string {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', `import { openRuntime } from ${JSON.stringify(OPEN)};\n${program}`];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

test.runIf(process.platform === 'linux')('threads of the pool are pinned to their processors, the caller is not', () => {
  const lists = said(`
    import { readdirSync, readFileSync } from 'node:fs';
    const allowed = (task) => /Cpus_allowed_list:\\s+(\\S+)/.exec(readFileSync('/proc/self/task/' + task + '/status', 'utf8'))[1];
    const before = new Set(readdirSync('/proc/self/task'));
    openRuntime({ threads: 2, processors: [0, 1] });
    console.log(allowed(process.pid), readdirSync('/proc/self/task').filter((task) => !before.has(task)).map(allowed).join(' '));
  `);
  const [caller, ...pool] = lists.split(' ');
  expect(pool).toContain('1');
  expect(caller).not.toBe('1');
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'a provider whose own library is missing is told when it is opened',
  () => {
    const message = said(`
    try { openRuntime({ threads: 1, provider: 'CUDA', providerOptions: { device_id: '0' } }); } catch (error) { console.log(error.code, error.message); }
  `);
    expect(message).toMatch(/^PROVIDER the execution provider "cuda" can't be used: .*libonnxruntime_providers_(shared|cuda)\.so/);
  }
);

test.runIf(process.platform === 'linux' && process.arch === 'x64')('an option that a provider does not know is told in its words', () => {
  const message = said(`
    try { openRuntime({ threads: 1, provider: 'cuda', providerOptions: { no_such: '0' } }); } catch (error) { console.log(error.code, error.message); }
  `);
  expect(message).toMatch(/^PROVIDER the execution provider "cuda" can't be used: /);
});
