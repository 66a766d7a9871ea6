// Makes a folder for each image: the bundled program, and beside it the native packages it imports, with what those need and no more.
// Usage: node deploy/docker/gather.mjs <folder>
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, ENTRIES } from '../bundle.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Packages whose files are opened by path, not imported: with which package they are needed. */
const BY_PATH = { koffi: ['onnxruntime-node'] };

/** Of these packages only some files are needed: onnxruntime-node holds the libraries of all systems, and a binding we don't load. */
const ONLY = {
  'onnxruntime-node': ['package.json', `bin/napi-v6/${process.platform}/${process.arch}/libonnxruntime.so.1`]
};

/** The folder of a package as `from` sees it; undefined where it is not installed, as an optional one of another system. */
function packageFolder(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Copies a package and what it depends on into `<to>/node_modules`, flat. */
function copyPackage(name, { from, to, copied }) {
  const folder = packageFolder(name, from);
  if (folder === undefined || copied.has(name)) return;
  copied.add(name);
  const target = join(to, 'node_modules', name);
  for (const file of ONLY[name] ?? ['.']) cpSync(join(folder, file), join(target, file), { recursive: true, dereference: true });
  if (ONLY[name] !== undefined) return;
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
    copyPackage(needed, { from: realpathSync(folder), to, copied });
  }
}

const out = process.argv[2];
if (out === undefined) throw new Error('usage: node deploy/docker/gather.mjs <folder>');
const outputs = await bundle();
for (const name of Object.keys(ENTRIES).filter((entry) => entry !== 'healthy')) {
  const to = join(out, name);
  mkdirSync(to, { recursive: true });
  for (const program of name === 'janus-mesh' ? [name] : [name, 'healthy']) {
    cpSync(join(ROOT, 'dist', `${program}.js`), join(to, `${program}.js`));
  }
  // Node takes .js for CommonJS unless the nearest package.json says otherwise.
  writeFileSync(join(to, 'package.json'), '{ "type": "module" }\n');
  // Nest asks for its optional packages by import(); what is needed to start stands in import statements.
  const natives = outputs[`dist/${name}.js`].imports.filter(
    ({ kind, external, path }) => external && kind === 'import-statement' && existsSync(join(ROOT, 'node_modules', path))
  );
  const copied = new Set();
  for (const { path } of natives) for (const each of [path, ...(BY_PATH[path] ?? [])]) copyPackage(each, { from: ROOT, to, copied });
  console.log(`${name}: ${[...copied].join(', ') || 'no native package'}`);
}
