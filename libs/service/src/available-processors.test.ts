import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { availableProcessors } from './available-processors.ts';

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder as a container sees its control group. */
function cgroup(files: Readonly<Record<string, string>>): string {
  folder = mkdtempSync(join(tmpdir(), 'janus-mesh-cgroup-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `${text}\n`);
  }
  return folder;
}

const all = availableParallelism();

describe('processors that may be kept busy', () => {
  test.each([
    ['version 2, one', { 'cpu.max': '100000 100000' }, 1],
    ['version 2, a tenth', { 'cpu.max': '10000 100000' }, 1],
    ['version 1, one', { 'cpu/cpu.cfs_quota_us': '100000', 'cpu/cpu.cfs_period_us': '100000' }, 1],
    ['version 2, one and a half', { 'cpu.max': '150000 100000' }, Math.min(2, all)],
    ['version 2, more than there are', { 'cpu.max': '99900000 100000' }, all],
    ['version 2, no limit', { 'cpu.max': 'max 100000' }, all],
    ['version 1, no limit', { 'cpu/cpu.cfs_quota_us': '-1', 'cpu/cpu.cfs_period_us': '100000' }, all],
    ['no control groups', {}, all]
  ])('control groups of %s', (_, files, processors) => {
    expect(availableProcessors(cgroup(files))).toBe(processors);
  });
});
