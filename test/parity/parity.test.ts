import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, narrowToF16 } from '@janus-mesh/tensor';
import { expect, onTestFinished, test } from 'vitest';
import { type PlainTensor, readPlainTensors, valuesOf } from '../../libs/importer/src/testing/plain-tensors.ts';
import { writeSafetensors } from '../../libs/importer/src/testing/safetensors-writer.ts';
import { CHECKPOINTS } from '../support/mesh.ts';
import { compare } from './compare.ts';
import type { Row } from './row.ts';

const missed = (rows: readonly Row[]) => rows.filter(({ worst, allowed }) => worst > allowed);

test('every stage of tiny-pro is what the original gives', async () => {
  const rows = await compare(CHECKPOINTS.tinyPro);
  expect(missed(rows)).toEqual([]);
  expect(rows.map(({ cases }) => cases).every((cases) => cases > 0)).toBe(true);
  expect(rows.length).toBeGreaterThanOrEqual(28);
});

test.each(['safetensors', 'torch'] as const)('every stage of tiny-pro-original is what the original gives, from %s', async (weights) => {
  expect(missed(await compare(CHECKPOINTS.tinyProOriginal, { weights }))).toEqual([]);
});

test('a copy in f16 with the newer spelling of its config stays within the tolerances', async () => {
  const folder = copyOfTinyPro();
  const path = join(folder, 'model.safetensors');
  const tensors = readPlainTensors(path).map(
    (tensor): PlainTensor => ({ ...tensor, dtype: 'f16', bytes: bytesOf(narrowToF16(valuesOf(tensor))) })
  );
  writeSafetensors(
    path,
    tensors.map((tensor) => ({ ...tensor, bytes: () => [tensor.bytes] }))
  );
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const { torch_dtype: _, rope_theta, rope_scaling: __, ...text } = config.text_config;
  const newer = {
    ...config,
    torch_dtype: undefined,
    dtype: 'float16',
    text_config: { ...text, rope_parameters: { rope_type: 'default', rope_theta } }
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(newer));
  expect(missed(await compare(folder))).toEqual([]);
});

test('a folder may leave sections out, and an error ends its stage only', async () => {
  const folder = copyOfTinyPro();
  const { format, name, roles, tolerance, pictures, vq_decode, text_stop } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  writeFileSync(
    join(folder, 'cases.json'),
    JSON.stringify({ format, name, roles, tolerance, pictures, vq_decode, text_stop: [text_stop] })
  );
  for (const file of ['vq', 'text', 'image', 'sampler']) rmSync(join(folder, 'expected', `${file}.safetensors`));
  const rows = await compare(folder);
  expect(missed(rows)).toMatchObject([{ stage: 'codec', detail: 'no f32 tensor vq/decode_random/image' }]);
  expect(rows.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['vision features', 'answers that end themselves']));
  expect(rows.map(({ stage }) => stage)).not.toContain('sampler probabilities');
});

function copyOfTinyPro(): string {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-parity-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(CHECKPOINTS.tinyPro, folder, { recursive: true });
  return folder;
}
