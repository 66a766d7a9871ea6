import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh, temporaryBundle } from '../support/mesh.ts';

/** Every kind of result a receipt may tell of: the arguments that make it, and what is typed. */
const RESULTS: Readonly<Record<string, { readonly args: readonly string[]; readonly input?: string; readonly results?: number }>> = {
  chat: {
    args: ['chat', '--temperature', '5', '--top-p', '0.9', '--seed', '11', '--max-tokens', '40'],
    input: 'Is there a green ring?\nAnd a star?\n',
    results: 2
  },
  'chat-picture': { args: ['chat'], input: '/image star.png\nDescribe the image.\nWhat color is the star?\n', results: 2 },
  describe: { args: ['describe', 'hearts.png', 'How many hearts are there?', '--temperature', '1', '--max-tokens', '12'] },
  'draw-three': { args: ['draw', 'three purple diamonds', '-n', '3', '--seed', '18446744073709551615', '--out', 'three'], results: 3 },
  'draw-negative': { args: ['draw', 'a green star', '--negative', 'a red star', '--temperature', '2', '--top-k', '100'] },
  'draw-unguided': { args: ['draw', 'a red circle', '--guidance', '1', '--top-p', '0.9'] },
  'draw-likeliest': { args: ['draw', 'a red circle', '--temperature', '0', '--webp'] }
};
const NAMES = Object.keys(RESULTS);
const COUNT = Object.values(RESULTS).reduce((sum, { results = 1 }) => sum + results, 0);

let folder: string;
let bundle: Awaited<ReturnType<typeof temporaryBundle>>;
let mesh: TestMesh;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'janus-mesh-replay-'));
  cpSync(join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png'), join(folder, 'star.png'));
  cpSync(join(CHECKPOINTS.tinyShapes, 'pictures/three-hearts.png'), join(folder, 'hearts.png'));
  bundle = await temporaryBundle(CHECKPOINTS.tinyShapes);
  mesh = await startTestMesh({ bundle: bundle.bundle, replicas: { transformer: 2 } });
  const made = NAMES.map((name) => {
    const { args, input = '' } = RESULTS[name] as (typeof RESULTS)[string];
    return run([...args, '--receipt', receipt(name)], input);
  });
  for (const { code, stderr } of await Promise.all(made)) expect(code, stderr).toBe(0);
});
afterAll(async () => {
  await mesh?.[Symbol.asyncDispose]();
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const receipt = (name: string) => `${name}.json`;
const run = (args: readonly string[], input = '', target = mesh.mesh.target) =>
  runCommand([...args, '--target', target], {}, input, folder);

const allIdentical = { code: 0, stderr: '', stdout: expect.stringMatching(new RegExp(`\\n${COUNT} of ${COUNT} identical\\n$`)) };

describe('a receipt of every kind of result is replayed as identical', () => {
  test.each(['transformer', 'transformer-2'])('when only one of two transformers is left, without %s', async (lost) => {
    await mesh.processes.kill(lost);
    expect(await run(['replay', ...NAMES.map(receipt)])).toMatchObject(allIdentical);
    await mesh.processes.startAgain(lost);
    await expect
      .poll(async () => (await mesh.client.getStatus()).tiers[1]?.replicas.map(({ ready }) => ready), { timeout: 15_000 })
      .toEqual([true, true]);
  });

  test('by another mesh, of another number of threads, on which much else is drawn', async () => {
    await using other = await startTestMesh({ bundle: bundle.bundle, threads: 1 });
    const beside = run(['draw', 'a black cross', '-n', '8', '--out', 'beside'], '', other.mesh.target);
    expect(await run(['replay', ...NAMES.map(receipt)], '', other.mesh.target)).toMatchObject(allIdentical);
    expect(await beside).toMatchObject({ code: 0 });
  });
});

describe('what is not the same is named by the first step that differs:', () => {
  /** Replays a receipt in which something was changed. */
  async function tampered(name: string, change: (result: Receipt) => void): Promise<string> {
    const content = JSON.parse(readFileSync(join(folder, receipt(name)), 'utf8')) as { results: [Receipt] };
    change(content.results[0]);
    content.results.length = 1;
    writeFileSync(join(folder, 'tampered.json'), JSON.stringify(content));
    const { code, stdout } = await run(['replay', 'tampered.json']);
    expect(code).toBe(1);
    return stdout;
  }

  test('a token and a code that were changed', async () => {
    const change = (result: Receipt) => result.ids.splice(4, 1, 3);
    for (const [name, what] of [
      ['chat', 'token'],
      ['draw-negative', 'code']
    ] as const)
      expect(await tampered(name, change)).toMatch(new RegExp(`^different: ${what} 4 was 3, is \\d+; logits are the same where`));
  });

  test('a hash of logits that was changed', async () => {
    const said = await tampered('draw-unguided', ({ logitHashes }) =>
      Object.assign(logitHashes[2] as object, { hash: '0000000000000000' })
    );
    expect(said).toMatch(/^different: all codes are the same, but the logits differ from position 7 on\n/);
  });

  test('another seed', async () => {
    const said = await tampered('draw-three', ({ sampling }) => Object.assign(sampling, { seed: '5' }));
    expect(said).toMatch(/^different: code \d+ was \d+, is \d+/);
  });
});

interface Receipt {
  readonly ids: number[];
  readonly logitHashes: { position: number; hash: string }[];
  readonly sampling: { seed: string };
}
