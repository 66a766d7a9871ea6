import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Head, ScoreOutput } from '@janus-mesh/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { type PlainTensor, readPlainTensors } from '../../libs/importer/src/testing/plain-tensors.ts';
import { writeSafetensors } from '../../libs/importer/src/testing/safetensors-writer.ts';
import { CHECKPOINTS, startTestMesh } from '../support/mesh.ts';
import { score } from '../support/tier-calls.ts';

const HEAD_DIM = 16;
const IDS = [1856, 1884, 25, 789, 87, 735, 262, 1531, 260, 1175, 303, 270, 74, 82, 13, 198, 198, 1885, 25];

/** A copy of tiny-pro with other tensors and other values in the text part of its config. */
function variant(change: (tensors: PlainTensor[]) => PlainTensor[], text: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-shapes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(CHECKPOINTS.tinyPro, folder, { recursive: true });
  const path = join(folder, 'model.safetensors');
  const tensors = change(readPlainTensors(path).map((tensor) => ({ ...tensor, bytes: tensor.bytes.slice() })));
  writeSafetensors(
    path,
    tensors.map((tensor) => ({ ...tensor, bytes: () => [tensor.bytes] }))
  );
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, text_config: { ...config.text_config, ...text } }));
  return folder;
}

const isKeyOrValue = ({ name }: PlainTensor) => /language_model.*\.(k|v)_proj\.weight$/.test(name);

/** Keeps the rows of some heads of each key and value matrix, in the given order. */
function takeHeads(heads: readonly number[]) {
  return (tensors: PlainTensor[]) =>
    tensors.map((tensor) => {
      if (!isKeyOrValue(tensor)) return tensor;
      const headBytes = tensor.bytes.length / ((tensor.dims[0] as number) / HEAD_DIM);
      const parts = heads.map((head) => tensor.bytes.subarray(head * headBytes, (head + 1) * headBytes));
      return { ...tensor, dims: [heads.length * HEAD_DIM, tensor.dims[1] as number], bytes: Buffer.concat(parts) };
    });
}

async function logits(checkpoint: string): Promise<Float32Array> {
  await using mesh = await startTestMesh({ checkpoint });
  const { promptLogits, cond } = await score(mesh.transformer, {
    revision: mesh.model.revision,
    head: Head.HEAD_TEXT,
    prompt: [{ content: { $case: 'ids', value: { ids: IDS } } }],
    continuation: [1588, 1401, 1337],
    output: ScoreOutput.SCORE_OUTPUT_LOGITS,
    promptLogits: true
  });
  return Float32Array.of(...promptLogits, ...cond);
}

const largest = (a: Float32Array, b: Float32Array) =>
  a.reduce((worst, value, at) => Math.max(worst, Math.abs(value - (b[at] as number))), 0);

test('grouped key and value heads give what the same heads written out give', async () => {
  const grouped = await logits(variant(takeHeads([0, 1]), { num_key_value_heads: 2 }));
  const writtenOut = await logits(variant(takeHeads([0, 0, 1, 1]), { num_key_value_heads: 4 }));
  expect(grouped).toHaveLength((IDS.length + 3) * 2048);
  expect(largest(grouped, writtenOut)).toBeLessThan(1e-4);
});

test('the rope base is read from either spelling of the config, and matters', async () => {
  const same = (tensors: PlainTensor[]) => tensors;
  const older = await logits(variant(same, { rope_theta: 500_000 }));
  const newer = await logits(variant(same, { rope_theta: undefined, rope_parameters: { rope_type: 'default', rope_theta: 500_000 } }));
  const usual = await logits(CHECKPOINTS.tinyPro);
  expect(newer).toEqual(older);
  expect(largest(older, usual)).toBeGreaterThan(1e-2);
});
