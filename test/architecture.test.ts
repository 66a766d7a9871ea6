import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** Who may import whom. A workspace may import only what stands in its row. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  contracts: [],
  tensor: [],
  telemetry: [],
  rpc: ['contracts', 'telemetry'],
  onnx: ['tensor'],
  runtime: ['tensor'],
  image: ['tensor'],
  models: ['tensor'],
  tokenizer: ['tensor'],
  bundle: ['models', 'tensor'],
  networks: ['onnx', 'models', 'tensor'],
  importer: ['bundle', 'models', 'tensor', 'runtime', 'networks', 'tokenizer', 'image'],
  service: ['rpc', 'contracts', 'telemetry'],
  client: ['rpc', 'contracts'],
  cli: ['client', 'importer', 'bundle', 'models', 'image', 'rpc', 'contracts', 'telemetry'],
  orchestrator: ['service', 'rpc', 'contracts', 'telemetry', 'models', 'bundle', 'tokenizer', 'tensor'],
  'vision-encoder': ['service', 'rpc', 'contracts', 'telemetry', 'models', 'bundle', 'runtime', 'networks', 'image', 'tensor'],
  transformer: ['service', 'rpc', 'contracts', 'telemetry', 'models', 'bundle', 'runtime', 'networks', 'tensor'],
  'image-codec': ['service', 'rpc', 'contracts', 'telemetry', 'models', 'bundle', 'runtime', 'networks', 'image', 'tensor']
};

/** Outside packages with one door each. */
const DOORS: Record<string, readonly string[]> = {
  koffi: ['runtime'],
  'onnxruntime-node': ['runtime'],
  '@grpc/grpc-js': ['rpc'],
  'nice-grpc': ['rpc'],
  'nice-grpc-common': ['rpc', 'contracts'],
  '@opentelemetry': ['telemetry'],
  '@nestjs/core': ['service', 'orchestrator', 'vision-encoder', 'transformer', 'image-codec'],
  '@nestjs/common': ['service', 'orchestrator', 'vision-encoder', 'transformer', 'image-codec'],
  sharp: ['image']
};

/** Parts of a workspace with a narrower rule: the engine knows no I/O. */
const PURE = { folder: 'services/transformer/src/engine', mayImport: ['tensor', 'models'] };

const TEST_FILE = /(\.test\.ts$|\/testing\/|\/fixtures\/)/;

interface Import {
  file: string; // from the root
  from: string; // as written
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(
    /^\s*import\s*['"]([^'"]+)['"]|^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm
  );
  return [...found].map((match) => ({ file, from: (match[1] ?? match[2] ?? match[3]) as string }));
}

function workspaceOf(file: string): string {
  return file.split('/')[1] as string;
}

const files = [...sources('libs'), ...sources('services')];
const imports = files.filter((file) => !TEST_FILE.test(file)).flatMap(importsOf);

test('every workspace has a row in the table, and every row a workspace', () => {
  const workspaces = ['libs', 'services'].flatMap((folder) => readdirSync(join(ROOT, folder)));
  expect(workspaces.sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

test('workspaces import only what stands in their row', () => {
  const wrong = imports.filter(({ file, from }) => {
    const target = from.match(/^@janus-mesh\/([^/]+)/)?.[1];
    return target !== undefined && target !== workspaceOf(file) && !MAY_IMPORT[workspaceOf(file)]?.includes(target);
  });
  expect(wrong).toEqual([]);
});

test('package.json of each workspace declares only what stands in its row', () => {
  for (const [workspace, allowed] of Object.entries(MAY_IMPORT)) {
    const folder = ['libs', 'services'].find((name) => readdirSync(join(ROOT, name)).includes(workspace)) as string;
    const manifest = JSON.parse(readFileSync(join(ROOT, folder, workspace, 'package.json'), 'utf8'));
    const declared = Object.keys(manifest.dependencies ?? {}).flatMap((name) => name.match(/^@janus-mesh\/(.+)/)?.[1] ?? []);
    expect(
      declared.filter((name) => !allowed.includes(name)),
      workspace
    ).toEqual([]);
  }
});

test('relative imports stay inside their workspace', () => {
  const wrong = imports.filter(({ file, from }) => {
    if (!from.startsWith('.')) return false;
    const target = relative(ROOT, resolve(ROOT, dirname(file), from));
    return !target.startsWith(`${file.split('/').slice(0, 2).join('/')}/`);
  });
  expect(wrong).toEqual([]);
});

test('outside packages with a door are imported only there', () => {
  const wrong = imports.filter(({ file, from }) => {
    const door = Object.keys(DOORS).find((name) => from === name || from.startsWith(`${name}/`));
    return door !== undefined && !DOORS[door]?.includes(workspaceOf(file));
  });
  expect(wrong).toEqual([]);
});

test('the engine imports nothing that does I/O', () => {
  const wrong = imports.filter(({ file, from }) => {
    if (!file.startsWith(PURE.folder)) return false;
    if (from.startsWith('.')) return !relative(ROOT, resolve(ROOT, dirname(file), from)).startsWith(PURE.folder);
    return !PURE.mayImport.some((name) => from === `@janus-mesh/${name}`) && from !== 'node:crypto';
  });
  expect(wrong).toEqual([]);
});

test('process.env is read only where configuration is', () => {
  const allowed = ['libs/service/src/env.ts', 'libs/cli/src/env.ts', 'libs/runtime/src/library.ts'];
  const wrong = files.filter(
    (file) => !TEST_FILE.test(file) && !allowed.includes(file) && /process\.env\b/.test(readFileSync(join(ROOT, file), 'utf8'))
  );
  expect(wrong).toEqual([]);
});

test('no hand-written file is longer than 400 lines, no folder has a name that says nothing', () => {
  const long = files.filter((file) => !file.includes('/gen/') && lines(file) > 400);
  expect(long).toEqual([]);
  expect(files.filter((file) => /\/(utils?|common|helpers?|shared|types)(\/|\.ts$)/.test(file))).toEqual([]);
});

function lines(file: string): number {
  return readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '').length;
}
