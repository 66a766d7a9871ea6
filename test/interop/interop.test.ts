import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { generatePython, grpcPython, grpcurl } from './clients.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const python = grpcPython();
const curl = grpcurl();
if (!python)
  console.warn('skipped: no Python with grpcio and grpcio-tools (test/interop/requirements.txt; JANUS_MESH_TEST_PYTHON names it)');
if (!curl) console.warn('skipped: no grpcurl (test/interop/requirements.txt brings it)');

let mesh: TestMesh;
let folder: string;
beforeAll(async () => {
  mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes, diagnostics: false });
  folder = mkdtempSync(join(tmpdir(), 'janus-mesh-interop-'));
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A code block of the README, its address replaced by the running mesh's. */
function snippet(language: string, marker: string): string {
  const blocks = readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```(\w+)\n([\s\S]*?)```/g);
  const found = [...blocks].find(([, name, code]) => name === language && code?.includes(marker));
  if (!found?.[2]) throw new Error(`README.md has no ${language} block with ${marker}`);
  return found[2].replaceAll('127.0.0.1:50051', mesh.mesh.target);
}

test("the README's TypeScript client describes and draws", async () => {
  // Inside the project, so that the package is found as a dependent would find it.
  const file = join(ROOT, 'dist', `snippet-${process.pid}.ts`);
  writeFileSync(file, snippet('ts', '@janus-mesh/client'));
  try {
    const { stdout } = await run(join(ROOT, 'node_modules/.bin/tsx'), [file], { cwd: ROOT });
    expect(stdout).toContain('a red star and a blue circle');
    expect(readFileSync(join(ROOT, 'red-circle.png')).subarray(0, 4)).toEqual(PNG);
  } finally {
    rmSync(file, { force: true });
    rmSync(join(ROOT, 'red-circle.png'), { force: true });
  }
});

test.skipIf(!python)("the README's Python client, generated from the protos, describes and draws", async () => {
  cpSync(join(CHECKPOINTS.tinyShapes, 'pictures'), join(folder, 'models/tiny-shapes/pictures'), { recursive: true });
  await generatePython(python as string, folder);
  writeFileSync(join(folder, 'client.py'), snippet('python', 'JanusServiceStub'));
  const { stdout } = await run(python as string, ['client.py'], { cwd: folder });
  expect(stdout).toContain('a red star and a blue circle');
  expect(readFileSync(join(folder, 'red-circle.png')).subarray(0, 4)).toEqual(PNG);
});

test.skipIf(!python)('a Python client reads field violations from the status details', async () => {
  const { stdout } = await run(python as string, [join(import.meta.dirname, 'read_violations.py'), mesh.mesh.target], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({
    code: 'INVALID_ARGUMENT',
    domain: 'janus-mesh',
    reason: 'INVALID_ARGUMENT',
    fields: ['guidance_weight', 'prompt', 'width'],
    request_id: 'from-python'
  });
});

test.skipIf(!curl)('grpcurl finds the services by reflection and reads the model', async () => {
  const { stdout: listed } = await run(curl as string, ['-plaintext', mesh.mesh.target, 'list']);
  expect(listed.split('\n')).toEqual(expect.arrayContaining(['grpc.health.v1.Health', 'janus.v1.JanusService']));
  const { stdout } = await run(curl as string, ['-plaintext', mesh.mesh.target, 'janus.v1.JanusService/GetModel']);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'tiny-shapes', family: 'janus', sizes: { grid: 6, codebookSize: 512 } });
});

test.skipIf(!curl)('grpcurl finds the service of each tier', async () => {
  const names = {
    'vision-encoder': 'VisionEncoderService',
    transformer: 'TransformerService',
    'image-codec': 'ImageCodecService'
  } as const;
  for (const [tier, service] of Object.entries(names)) {
    const { stdout } = await run(curl as string, ['-plaintext', mesh.mesh.tiers[tier as keyof typeof names], 'list']);
    expect(stdout).toContain(`janus.tier.v1.${service}`);
  }
});
