// Makes dist/: one JavaScript file for the command, one for each service, and one that asks a service whether it is healthy. Native packages and Nest's optional ones stay outside.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const ENTRIES = {
  'janus-mesh': 'libs/cli/src/main.ts',
  orchestrator: 'services/orchestrator/src/main.ts',
  transformer: 'services/transformer/src/main.ts',
  'vision-encoder': 'services/vision-encoder/src/main.ts',
  'image-codec': 'services/image-codec/src/main.ts',
  healthy: 'libs/service/src/healthy-main.ts'
};

const EXTERNAL = [
  'koffi',
  'sharp',
  'onnxruntime-node',
  '@nestjs/microservices',
  '@nestjs/websockets',
  '@nestjs/platform-express',
  'class-transformer',
  'class-validator'
];

/** Newest modification below a folder, in ms; node_modules aside. */
function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

/** Whether dist/ is at least as new as every source. */
export function isFresh() {
  const files = Object.keys(ENTRIES).map((name) => join(ROOT, 'dist', `${name}.js`));
  if (!files.every((file) => existsSync(file))) return false;
  const oldest = Math.min(...files.map((file) => statSync(file).mtimeMs));
  return ['libs', 'services', 'deploy', 'package-lock.json'].every((name) => {
    const path = join(ROOT, name);
    return (statSync(path).isDirectory() ? newest(path) : statSync(path).mtimeMs) <= oldest;
  });
}

/** Bundles every entry point into dist/. @returns what esbuild says of each output, such as the packages it imports from outside */
export async function bundle() {
  const { build } = await import('esbuild'); // not needed, and perhaps not installed, where dist/ is there already
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir: 'dist',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    // Node keeps a file and its map in memory for as long as it runs: without comments, and without the sources' text.
    sourcesContent: false,
    minifyWhitespace: true,
    lineLimit: 160,
    external: EXTERNAL,
    // CommonJS packages inside the bundle call require for Node's own modules.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'warning',
    logOverride: { 'require-resolve-not-external': 'silent' }
  });
  // Renamed into place, so that a service started meanwhile reads the old file or the new one, never half of it.
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (const { path, contents } of outputFiles) {
    const half = join(ROOT, 'dist', `.${basename(path)}.${process.pid}`);
    writeFileSync(half, contents);
    renameSync(half, path);
  }
  return metafile.outputs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  if (process.argv.includes('--if-stale') && isFresh()) process.exit();
  await bundle();
  if (!process.argv.includes('--quiet')) console.log(`dist/ made in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
