import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';

const GOLDENS = join(import.meta.dirname, '../../../../test/goldens');

/** Folder of a golden checkpoint. */
export function golden(name: string): string {
  return join(GOLDENS, name);
}

/** An empty folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of a golden checkpoint that a test may change, removed after it. Pictures and expectations stay out. */
export function copyOfGolden(name: string): string {
  const folder = join(temporaryFolder(), name);
  const isLeftOut = (path: string) => ['images', 'expected', 'cases.json'].includes(basename(path));
  cpSync(golden(name), folder, { recursive: true, dereference: true, filter: (path) => !isLeftOut(path) });
  return folder;
}

/** Parses a JSON file. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into it
export function readJson(...path: string[]): any {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}
