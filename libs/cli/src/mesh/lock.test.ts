import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock } from './lock.ts';

function lockable(): string {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'bundle');
}

test('who comes second is told once what it waits for, and gets the lock when the first is done', async () => {
  const path = lockable();
  const release = await acquireLock(path);
  const waits: string[] = [];
  let isHeld = true;
  const second = acquireLock(path, { onWait: (lock) => waits.push(lock) }).then((releaseSecond) => {
    expect(isHeld).toBe(false);
    return releaseSecond;
  });
  await expect.poll(() => waits).toEqual([`${path}.lock`]);
  isHeld = false;
  await release();
  await (await second)();
  expect(waits).toHaveLength(1);
});

test('a lock whose holder is dead is taken over after two seconds, not after ten', async () => {
  const path = lockable();
  lockOfTheDead(path, hostname());
  const started = performance.now();
  await (await acquireLock(path))();
  expect(performance.now() - started).toBeLessThan(8_000);
});

test('a holder on another machine is not taken for dead because its number is free here', async () => {
  const path = lockable();
  lockOfTheDead(path, 'another-pod');
  await expect(acquireLock(path, { signal: AbortSignal.timeout(4_000) })).rejects.toMatchObject({ name: 'TimeoutError' });
});

/** A lock that was just renewed, by a process that has ended. */
function lockOfTheDead(path: string, host: string): void {
  const { pid } = spawnSync(process.execPath, ['--version']);
  mkdirSync(`${path}.lock`);
  writeFileSync(`${path}.owner`, `${pid} ${host}`);
}

test('waiting can be called off', async () => {
  const path = lockable();
  const release = await acquireLock(path);
  const controller = new AbortController();
  const second = acquireLock(path, { signal: controller.signal, onWait: () => controller.abort(new Error('stopped')) });
  await expect(second).rejects.toThrow('stopped');
  await release();
});
