import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMAND, childrenOf, isAlive, runCommand, startUp, type Up } from '../support/command.ts';
import { CHECKPOINTS, temporaryBundle } from '../support/mesh.ts';

const STAR = join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png');
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
    up = await startUp(['--bundle', bundle, '--replicas', 'transformer=2', '--replicas', 'image-codec=2'], {});
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
    expect(stdout).toMatch(/three pink hearts[\s\S]*\d+ (?:\(\d+ known\) )?\+ \d+ tokens[\s\S]*\d+ \(\d+ known\) \+ \d+ tokens/);
  });

  test('a receipt is replayed: identical, or what changed since', async () => {
    const [picture, receipt, drawn] = ['copy.png', 'answer.json', 'receipts'].map((name) => join(folder, name)) as [string, string, string];
    cpSync(join(CHECKPOINTS.tinyShapes, 'pictures/three-hearts.png'), picture);
    await runCommand(['describe', picture, '--receipt', receipt, '--target', up.target]);
    await runCommand(['draw', 'two blue stars', '-n', '2', '--seed', '3', '--receipts', '--out', drawn, '--target', up.target]);
    const receipts = [receipt, join(drawn, 'two-blue-stars-3.png.json'), join(drawn, 'two-blue-stars-4.png.json')];
    const same = await runCommand(['replay', ...receipts, '--target', up.target]);
    expect(same).toMatchObject({ code: 0, stderr: '' });
    expect(same.stdout).toMatch(/answer\.json: identical\n[\s\S]*3 of 3 identical\n$/);

    cpSync(join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png'), picture);
    const other = await runCommand(['replay', receipt, '--target', up.target]);
    expect(other).toMatchObject({ code: 1, stderr: '' });
    expect(other.stdout).toMatch(
      /^different: token 0 was \d+, is \d+.*\n {2}because picture .*copy\.png was sha256 [0-9a-f]{64}, is [0-9a-f]{64}\n$/
    );
  });

  test('a receipt of another model and other numerics names both, an edited one the token', async () => {
    const file = join(folder, 'edited.json');
    await runCommand(['draw', 'a red circle', '--out', join(folder, 'edited'), '--receipt', file, '--target', up.target]);
    const edited = JSON.parse(readFileSync(file, 'utf8'));
    Object.assign(edited.results[0], { revision: 'other', ids: edited.results[0].ids.with(5, 511) });
    edited.results[0].fingerprint.isa = 'z80';
    writeFileSync(file, JSON.stringify(edited));
    const { code, stdout } = await runCommand(['replay', file, '--json', '--target', up.target]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      identical: false,
      difference: { ids: { position: 5, was: 511 } },
      causes: [
        { field: 'revision', was: 'other' },
        { field: 'fingerprint.isa', was: 'z80' }
      ]
    });
  });

  test('top shows each replica once on a pipe, with --json --once as an object', async () => {
    const { code, stdout } = await runCommand(['top', '--target', up.target]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^mesh .* {3}5 of 5 replicas ready {3}model [0-9a-f]{12}\n\nTIER .*\n(vision-encoder .*\n|transformer .*\n|image-codec .*\n){5}$/
    );
    const json = await runCommand(['top', '--json', '--once', '--target', up.target]);
    expect(JSON.parse(json.stdout).tiers.map(({ replicas }: { replicas: unknown[] }) => replicas.length)).toEqual([1, 2, 2]);
  });

  test('a picture that is none is named by its file', async () => {
    const file = join(folder, 'text.png');
    writeFileSync(file, 'not a picture');
    const { code, stderr } = await runCommand(['describe', file, '--target', up.target]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: not_a_picture: [\s\S]*text\.png: 13 bytes that start with/);
  });

  test('a chat from a pipe goes on after a fault and ends with exit code 1', async () => {
    const talk = ['/image /nowhere.png', 'Hello', '/nonsense'];
    const { code, stdout, stderr } = await runCommand(['chat', '--target', up.target], {}, talk.join('\n'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: missing_file: .*nowhere\.png\n[\s\S]*no command \/nonsense/);
    expect(stdout).toMatch(/\d+ (?:\(\d+ known\) )?\+ \d+ tokens/);
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

  test('with --json enums have names, in every event', async () => {
    const { stdout } = await runCommand(['describe', STAR, '--max-tokens', '2', '--json', '--target', up.target]);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1).finished.reason).toBe('FINISH_REASON_LENGTH');
  });

  test('a receipt that could not be written is known before the mesh is asked', async () => {
    const { code, stdout, stderr } = await runCommand(['describe', STAR, '--receipt', folder, '--target', up.target]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: not_a_file: --receipt .* is a folder, a file's name is needed\n$/);
  });

  test('SIGTERM drains it: exit code 0, and no service is left', async () => {
    const services = await childrenOf(up.process.pid as number);
    expect(services).toHaveLength(6);
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

test('a mesh that dies midway is another error than none; what was finished is kept', async () => {
  const up = await startUp(['--bundle', bundle, '--diagnostics', '--step-delay', '50'], {});
  const out = join(folder, 'midway');
  const drawing = runCommand(['draw', 'a red circle', '-n', '16', '--out', out, '--target', up.target]);
  await expect.poll(() => existsSync(out), { timeout: 30_000, interval: 20 }).toBe(true);
  const orchestrator = (await childrenOf(up.process.pid as number)).at(-1) as number; // started last
  process.kill(orchestrator, 'SIGKILL');
  const { code, stderr, stdout } = await drawing;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: mesh_lost: the mesh went away while it was drawing/);
  const files = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('  seed')[0] as string);
  expect(files.map((file) => readFileSync(file).subarray(0, 4))).toEqual(files.map(() => PNG));
  expect(await up.ended).toBe(1);
});

test('Ctrl-C stops a drawing: exit code 130, what was finished is kept and said, and nothing of it goes on in the mesh', async () => {
  const up = await startUp(['--bundle', bundle, '--diagnostics', '--step-delay', '30'], {});
  const out = join(folder, 'interrupted');
  const child = spawn(process.execPath, [COMMAND, 'draw', 'a red circle', '-n', '16', '--out', out, '--target', up.target]);
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = new Promise((settle) => child.once('close', settle));
  await expect.poll(() => existsSync(out), { timeout: 30_000, interval: 20 }).toBe(true);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(await stderr).toBe('error: interrupted: stopped by Ctrl-C\n');
  expect((await stdout).trim().split('\n')).toHaveLength(readdirSync(out).length);
  const running = async () => {
    const { tiers } = JSON.parse((await runCommand(['top', '--json', '--once', '--target', up.target])).stdout);
    return tiers.flatMap(({ replicas }: { replicas: { running: number; queued: number }[] }) =>
      replicas.map((one) => one.running + one.queued)
    );
  };
  await expect.poll(running, { timeout: 20_000 }).toEqual([0, 0, 0]);
  up.process.kill('SIGTERM');
  expect(await up.ended).toBe(0);
});

test.each([
  [['drow'], "unknown command 'drow' (Did you mean draw?); see janus-mesh --help"],
  [['draw'], "missing required argument 'prompt'; see janus-mesh draw --help"],
  [['draw', 'a', '--target', 'here'], expect.stringContaining('Expected host:port, as localhost:50051')],
  [['up', '--step-delay', '5'], '--step-delay slows every caller: it needs --diagnostics beside it']
])('%j is a usage error: exit code 2, one line, with --json an object', async (args, message) => {
  const told = await runCommand([...args, '--json']);
  expect(told).toMatchObject({ code: 2, stdout: '' });
  expect(JSON.parse(told.stderr)).toEqual({ error: { kind: 'usage', message } });
  expect((await runCommand(args)).stderr).toMatch(/^error: usage: .*\n$/);
});

test('a folder of sample pictures that is not there is an error', async () => {
  const out = join(folder, 'no-pictures');
  const { code, stderr } = await runCommand(['import', CHECKPOINTS.tinyShapes, '--out', out, '--pictures', join(folder, 'none')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: missing_file: --pictures .*none: there is no such folder\n$/);
});

test('without a mesh the error says how to start one', async () => {
  const { code, stderr } = await runCommand(['model', '--target', '127.0.0.1:9']);
  expect(code).toBe(1);
  expect(stderr).toBe('error: unavailable: no mesh answers at 127.0.0.1:9; start one with: npx janus-mesh up\n');
});
