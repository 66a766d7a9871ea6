import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childrenOf, isAlive, runCommand, startUp, type Up } from '../support/command.ts';
import { CHECKPOINTS, temporaryBundle } from '../support/mesh.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
let folder: string;
let bundle: string;
let removeBundle: () => void;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'janus-mesh-cli-'));
  ({ bundle, remove: removeBundle } = await temporaryBundle(CHECKPOINTS.tinyShapes));
});
afterAll(() => {
  removeBundle();
  rmSync(folder, { recursive: true, force: true });
});

describe('import', () => {
  test('a refused checkpoint is one line that names the tensor, exit code 1, nothing left', async () => {
    const broken = join(folder, 'broken');
    cpSync(CHECKPOINTS.tinyPro, broken, { recursive: true });
    writeFileSync(
      join(broken, 'config.json'),
      readFileSync(join(broken, 'config.json'), 'utf8').replace('"hidden_size": 64', '"hidden_size": 128')
    );
    const out = join(folder, 'refused', 'bundle');
    const { code, stderr, stdout } = await runCommand(['import', broken, '--out', out]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: shape_mismatch: .*model\.safetensors.*\n$/);
    expect(existsSync(join(folder, 'refused')) ? readdirSync(join(folder, 'refused')) : []).toEqual([]);
  });

  test('with --json the error is an object', async () => {
    const { code, stderr } = await runCommand(['import', join(folder, 'nowhere'), '--out', join(folder, 'x'), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toEqual({ error: { kind: 'missing_file', message: expect.stringContaining('nowhere') } });
  });

  test('a checkpoint becomes a bundle that is described in one line', async () => {
    const out = join(folder, 'tiny-pro');
    const { code, stdout } = await runCommand(['import', CHECKPOINTS.tinyProOriginal, '--weights', 'torch', '--out', out, '--name', 'pro']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pro is in .*tiny-pro \(revision [0-9a-f]{12}, [\d.]+ s\)\n$/);
    expect(readdirSync(out).sort()).toEqual(['SHA256SUMS', 'manifest.json', 'tokenizer.json', 'weights.safetensors']);
  });
});

describe('a damaged bundle', () => {
  const damaged = (name: string, file: string, offset: number): string => {
    const copy = join(folder, name);
    cpSync(bundle, copy, { recursive: true });
    const bytes = readFileSync(join(copy, file));
    bytes[offset] = (bytes[offset] as number) ^ 1;
    writeFileSync(join(copy, file), bytes);
    return copy;
  };

  test.each([
    ['manifest.json', 40],
    ['weights.safetensors', 200],
    ['tokenizer.json', 1000]
  ])('a flipped bit in %s is found at the start', async (file, offset) => {
    const { code, stderr } = await runCommand(['up', '--port', '0', '--bundle', damaged(`flip-${file}`, file, offset)]);
    expect(code).toBe(1);
    expect(stderr).toContain('corrupt_bundle');
    expect(stderr).toContain(file);
  });

  test('a flipped bit in the weights themselves is found by --verify-full', async () => {
    const copy = damaged('flip-deep', 'weights.safetensors', 9_000_000);
    const { code, stderr } = await runCommand(['up', '--port', '0', '--verify-full', '--bundle', copy]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: corrupt_bundle: weights\.safetensors: sha256 is/);
  });

  test('a missing file is named', async () => {
    const copy = damaged('missing', 'manifest.json', 0);
    rmSync(join(copy, 'weights.safetensors'));
    cpSync(join(bundle, 'manifest.json'), join(copy, 'manifest.json'));
    const { code, stderr } = await runCommand(['up', '--port', '0', '--bundle', copy]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/missing_file: weights\.safetensors/);
  });
});

describe('a mesh that is up', () => {
  let up: Up;
  beforeAll(async () => {
    up = await startUp(['--bundle', bundle], {});
  });
  afterAll(() => {
    up.process.kill('SIGKILL');
  });

  test('describe answers, draw writes files named by prompt and seed', async () => {
    const picture = join(CHECKPOINTS.tinyShapes, 'pictures/three-hearts.png');
    const described = await runCommand(['describe', picture, '--target', up.target]);
    expect(described).toMatchObject({ code: 0, stderr: '' });
    expect(described.stdout).toMatch(/^three pink hearts\n/);
    const drawn = await runCommand([
      'draw',
      'a red circle',
      '-n',
      '2',
      '--seed',
      '7',
      '--out',
      join(folder, 'drawn'),
      '--target',
      up.target
    ]);
    expect(drawn).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(join(folder, 'drawn')).sort()).toEqual(['a-red-circle-7.png', 'a-red-circle-8.png']);
    expect(readFileSync(join(folder, 'drawn', 'a-red-circle-8.png')).subarray(0, 4)).toEqual(PNG);
  });

  test('the mesh is also found by JANUS_MESH_TARGET; --json gives an object a line', async () => {
    const { code, stdout } = await runCommand(['model', '--json'], { JANUS_MESH_TARGET: up.target });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'tiny-shapes',
      family: 'janus',
      sizes: { parameters: expect.stringMatching(/^\d+$/) }
    });
  });

  test('a chat keeps its turns', async () => {
    const talk = [
      `/image ${join(CHECKPOINTS.tinyShapes, 'pictures/three-hearts.png')}`,
      'Describe the image.',
      'How many hearts are there?',
      '/quit'
    ];
    const { code, stdout } = await runCommand(['chat', '--target', up.target], {}, `${talk.join('\n')}\n`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/three pink hearts[\s\S]*\d+ \+ \d+ tokens[\s\S]*\d+ \+ \d+ tokens/);
  });

  test('what the mesh refuses is said with the field and the limit', async () => {
    const { code, stderr } = await runCommand(['draw', '   ', '--target', up.target]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: invalid_argument: [\s\S]*prompt/);
  });

  test('a second mesh on its port says whose start failed and why', async () => {
    const port = up.target.split(':')[1] as string;
    const { code, stderr } = await runCommand(['up', '--bundle', bundle, '--port', port]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error: start_failed: orchestrator ended .*${port}`));
  });

  test('SIGTERM drains it: exit code 0, and no service is left', async () => {
    const services = await childrenOf(up.process.pid as number);
    expect(services).toHaveLength(4);
    up.process.kill('SIGTERM');
    expect(await up.ended).toBe(0);
    expect(services.filter(isAlive)).toEqual([]);
  });
});

test('services end when the command that started them is killed', async () => {
  const up = await startUp(['--bundle', bundle], {});
  const services = await childrenOf(up.process.pid as number);
  expect(services).toHaveLength(4);
  up.process.kill('SIGKILL');
  await expect.poll(() => services.filter(isAlive), { timeout: 20_000, interval: 200 }).toEqual([]);
});

test('without a mesh the error says how to start one', async () => {
  const { code, stderr } = await runCommand(['model', '--target', '127.0.0.1:9']);
  expect(code).toBe(1);
  expect(stderr).toBe('error: unavailable: no mesh answers at 127.0.0.1:9; start one with: npx janus-mesh up\n');
});
