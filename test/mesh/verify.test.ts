import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importCheckpoint } from '@janus-mesh/importer';
import { afterAll, describe, expect, test } from 'vitest';
import { plantOutliers } from '../../libs/importer/src/testing/outlier-channels.ts';
import { runCommand } from '../support/command.ts';
import { CHECKPOINTS } from '../support/mesh.ts';

const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-verify-'));
const PICTURE = join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Figure {
  readonly stage: string;
  readonly measure: string;
  readonly value: number;
  readonly passes: boolean;
}

async function verify(
  bundle: string,
  against: string
): Promise<{ code: number | null; figure: (stage: string, measure: string) => Figure }> {
  const { code, stdout, stderr } = await runCommand(['verify', bundle, '--against', against, '--picture', PICTURE, '--json']);
  expect(stderr).toBe('');
  const figures = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Figure);
  const figure = (stage: string, measure: string) => figures.find((each) => each.stage === stage && each.measure === measure) as Figure;
  return { code, figure };
}

// Each verification starts two meshes or runs a model layer by layer.
describe('the embedded model in int8', { timeout: 240_000 }, () => {
  test('is within its limits, and an f32 bundle says the same as the checkpoint run layer by layer', async () => {
    const [quantized, exact] = [join(folder, 'w8a8'), join(folder, 'f32')];
    await importCheckpoint(CHECKPOINTS.tinyShapes, quantized);
    await importCheckpoint(CHECKPOINTS.tinyShapes, exact, { quantize: 'f32' });
    const byBundle = await verify(quantized, exact);
    expect(byBundle.code).toBe(0);
    expect(byBundle.figure('guided logits', 'cosine').value).toBeGreaterThan(0.999);
    expect(byBundle.figure('guided logits', 'KL divergence').value).toBeLessThan(0.01);
    expect(byBundle.figure('pictures', 'dB').value).toBeGreaterThan(40);
    const byLayers = await verify(quantized, CHECKPOINTS.tinyShapes);
    expect(byLayers.code).toBe(0);
    for (const [stage, measure] of [
      ['features', 'relative error'],
      ['aligned', 'relative error'],
      ['guided logits', 'cosine'],
      ['text logits', 'cosine'],
      ['text', 'perplexity, f32']
    ] as const)
      expect(byLayers.figure(stage, measure).value / byBundle.figure(stage, measure).value, stage).toBeCloseTo(1, 3);
  });

  test('is beyond them when outlier channels were not looked for, and within when they were', async () => {
    const planted = plantOutliers(CHECKPOINTS.tinyShapes, folder);
    const [blind, seeing] = [join(folder, 'blind'), join(folder, 'seeing')];
    await importCheckpoint(planted, blind, { calibrate: false });
    const { code, figure } = await verify(blind, planted);
    expect(code).toBe(1);
    expect(figure('guided logits', 'KL divergence').value).toBeGreaterThan(0.02);
    await importCheckpoint(planted, seeing);
    expect((await verify(seeing, planted)).code).toBe(0);
    const other = await runCommand(['verify', seeing, '--against', CHECKPOINTS.tinyShapes, '--codes', '1']);
    expect(other, 'the same sizes, other weights').toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: revision_mismatch: .* holds revision [0-9a-f]{12}, the bundle was made of [0-9a-f]{12}\n$/)
    });
  });
});

test('another model, or a quantised one, is no measure', async () => {
  const [quantized, other] = [join(folder, 'w8a8'), join(folder, 'other')];
  await importCheckpoint(CHECKPOINTS.tinyPro, other, { quantize: 'f32' });
  const mismatch = await runCommand(['verify', quantized, '--against', other]);
  expect(mismatch).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: revision_mismatch: .* holds revision [0-9a-f]{12}, /) });
  const sizes = await runCommand(['verify', quantized, '--against', CHECKPOINTS.tinyPro]);
  expect(sizes).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^error: revision_mismatch: .* is another model than the bundle was made of: text\.hiddenSize is 64, not 128, /
    )
  });
  const quantised = await runCommand(['verify', quantized, '--against', quantized]);
  expect(quantised).toMatchObject({ code: 1, stderr: expect.stringContaining('is quantised itself (w8a8)') });
});

test('what to compare with is looked at before anything is started', async () => {
  const empty = join(folder, 'empty.txt');
  writeFileSync(empty, '');
  const said = async (...args: string[]) => (await runCommand(['verify', join(folder, 'w8a8'), ...args])).stderr;
  expect(await said('--against', join(folder, 'none'))).toMatch(/^error: missing_file: --against .*none: there is no such folder\n$/);
  expect(await said('--against', empty)).toMatch(/^error: not_a_folder: --against .*empty\.txt is a file, a folder is needed\n$/);
  const checkpoint = ['--against', CHECKPOINTS.tinyShapes];
  expect(await said(...checkpoint, '--text', empty)).toMatch(/^error: empty_text: --text .*empty\.txt is empty/);
  expect(await said(...checkpoint, '--picture', empty)).toMatch(/^error: not_a_picture: --picture .*empty\.txt: /);
});
