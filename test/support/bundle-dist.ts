import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Makes dist/ once before the tests that start services as processes. */
export function setup(): void {
  execFileSync(process.execPath, [resolve(import.meta.dirname, '../../deploy/bundle.mjs'), '--if-stale', '--quiet'], { stdio: 'inherit' });
}
