import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Manifest, openBundle, verifyBundle } from '@janus-mesh/bundle';
import { UNQUANTIZED } from '@janus-mesh/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImportEvent, type ImportOptions, importCheckpoint } from './index.ts';
import { applyEdits, writePlainTensors } from './testing/golden-edits.ts';
import { copyOfGolden, golden, readJson, temporaryFolder } from './testing/golden-folder.ts';
import { asF16, asF32, type PlainTensor, readPlainTensors } from './testing/plain-tensors.ts';
import { writeTorch } from './testing/torch-writer.ts';

interface Imported {
  readonly manifest: Manifest;
  readonly weights: Buffer;
  readonly dir: string;
}

async function imported(folder: string, options: ImportOptions = {}, dir = join(temporaryFolder(), 'bundle')): Promise<Imported> {
  const manifest = await importCheckpoint(folder, dir, { quantize: 'f32', ...options });
  return { manifest, weights: readFileSync(join(dir, 'weights.safetensors')), dir };
}

/** tiny-pro as it is, and what was told on the way. */
let whole: Imported;
const events: ImportEvent[] = [];
const root = mkdtempSync(join(tmpdir(), 'janus-mesh-import-'));

beforeAll(async () => {
  whole = await imported(golden('tiny-pro'), { onProgress: (event) => events.push(event) }, join(root, 'bundle'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A copy of tiny-pro with its tensors stored otherwise. */
function restored(change: (tensor: PlainTensor) => PlainTensor): string {
  const folder = copyOfGolden('tiny-pro');
  const path = join(folder, 'model.safetensors');
  writePlainTensors(path, readPlainTensors(path).map(change));
  return folder;
}

type ShardWriter = (path: string, tensors: readonly PlainTensor[]) => void;

/** A copy of a golden checkpoint with its weights in three shards and an index. */
function sharded(name: string, fileName: string, write: ShardWriter): string {
  const folder = copyOfGolden(name);
  const tensors = readPlainTensors(join(folder, 'model.safetensors'));
  for (const old of ['model.safetensors', 'pytorch_model.bin']) rmSync(join(folder, old), { force: true });
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < 3; shard++) {
    const shardName = fileName.replace('.', `-0000${shard + 1}-of-00003.`);
    const part = tensors.filter((_, i) => i % 3 === shard);
    write(join(folder, shardName), part);
    for (const { name: tensor } of part) weightMap[tensor] = shardName;
  }
  writeFileSync(join(folder, `${fileName}.index.json`), JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap }));
  return folder;
}

describe('the same numbers', () => {
  test('have one revision and one weights file, in either layout and either kind of file', async () => {
    expect(whole.manifest).toMatchObject({
      name: 'tiny-pro',
      quantization: UNQUANTIZED,
      parameters: 1_809_499,
      source: { layout: 'huggingface', weights: 'safetensors', dtype: 'bf16' }
    });
    for (const weights of ['safetensors', 'torch'] as const) {
      const onWarning = () => expect.fail('the pooling head is known');
      const other = await imported(golden('tiny-pro-original'), { weights, onWarning });
      expect(other.manifest.source).toEqual({ layout: 'original', weights, dtype: 'bf16' });
      expect(other.manifest.revision).toBe(whole.manifest.revision);
      expect(other.weights.equals(whole.weights)).toBe(true);
      expect(other.manifest.config).toEqual(whole.manifest.config);
    }
  });

  test.each<[string, string, string, ShardWriter]>([
    ['safetensors', 'tiny-pro', 'model.safetensors', writePlainTensors],
    ['safetensors in the original layout', 'tiny-pro-original', 'model.safetensors', writePlainTensors],
    ['torch', 'tiny-pro-original', 'pytorch_model.bin', writeTorch],
    ['torch with zip64 fields', 'tiny-pro-original', 'pytorch_model.bin', (path, tensors) => writeTorch(path, tensors, { zip64: true })]
  ])('have it in shards: %s', async (_kind, name, fileName, write) => {
    const shards = await imported(sharded(name, fileName, write));
    expect(shards.manifest.revision).toBe(whole.manifest.revision);
    expect(shards.weights.equals(whole.weights)).toBe(true);
  });

  test('have it stored as f32', async () => {
    const full = await imported(restored(asF32));
    expect(full.manifest.source.dtype).toBe('f32');
    expect(full.manifest.revision).toBe(whole.manifest.revision);
    expect(full.weights.equals(whole.weights)).toBe(true);
  });

  test('have it with names without the leading model.', async () => {
    const plain = await imported(restored((tensor) => ({ ...tensor, name: tensor.name.replace(/^model\./, '') })));
    expect(plain.manifest.revision).toBe(whole.manifest.revision);
  });

  test('have it with the other spelling of the config', async () => {
    const folder = copyOfGolden('tiny-pro');
    const config = readJson(folder, 'config.json');
    const { rope_theta, rope_scaling, torch_dtype, ...text } = config.text_config;
    const { torch_dtype: _, ...rest } = config;
    const newer = {
      ...rest,
      dtype: 'bfloat16',
      text_config: { ...text, dtype: 'bfloat16', rope_parameters: { rope_theta, rope_type: 'default' } }
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(newer));
    expect((await imported(folder)).manifest.revision).toBe(whole.manifest.revision);
  });
});

test('f16 is widened exactly', async () => {
  const halves = await imported(restored(asF16));
  const wide = await imported(restored((tensor) => asF32(asF16(tensor))));
  expect(halves.manifest.source.dtype).toBe('f16');
  expect(halves.manifest.revision).toBe(wide.manifest.revision);
  expect(halves.weights.equals(wide.weights)).toBe(true);
});

test('one number changed gives another revision', async () => {
  const change = (tensor: PlainTensor) => {
    const bytes = new Uint8Array(tensor.bytes);
    if (tensor.name === 'model.vqmodel.quant_conv.bias') bytes[0] = (bytes[0] as number) ^ 1;
    return { ...tensor, bytes };
  };
  expect((await imported(restored(change))).manifest.revision).not.toBe(whole.manifest.revision);
});

test('grouped heads give narrower matrices', async () => {
  const keyOrValue = /self_attn\.[kv]_proj/;
  const folder = restored((tensor) =>
    tensor.name.startsWith('model.language_model') && keyOrValue.test(tensor.name)
      ? { ...tensor, dims: [32, 64], bytes: tensor.bytes.subarray(0, 32 * 64 * 2) }
      : tensor
  );
  await applyEdits(folder, [{ op: 'set_json', file: 'config.json', path: ['text_config', 'num_key_value_heads'], value: 2 }]);
  const { dir, manifest } = await imported(folder);
  expect(manifest.config.text).toMatchObject({ heads: 4, kvHeads: 2 });
  expect((await openBundle(dir)).tensors.get('text.layers.0.qkv')?.dims).toEqual([64, 128]);
});

describe('a head that is not stored', () => {
  const dropHead = { op: 'drop_tensor', tensor: 'lm_head.weight' };
  const ties = (value: unknown) => ({ op: 'set_json', file: 'config.json', path: ['tie_word_embeddings'], value });

  test('is the embedding table where the config ties them', async () => {
    const folder = copyOfGolden('tiny-pro');
    await applyEdits(folder, [dropHead, ties(true)]);
    const embeddings = readPlainTensors(join(golden('tiny-pro'), 'model.safetensors')).find(({ name }) => name.includes('embed_tokens'));
    const writtenOut = restored((tensor) => {
      return tensor.name === 'lm_head.weight' && embeddings ? { ...embeddings, name: tensor.name } : tensor;
    });
    expect((await imported(folder)).manifest.revision).toBe((await imported(writtenOut)).manifest.revision);
  });

  test('is missing where it does not', async () => {
    const folder = copyOfGolden('tiny-pro');
    await applyEdits(folder, [dropHead]);
    await expect(imported(folder)).rejects.toThrow(
      expect.objectContaining({
        kind: 'missing_tensor',
        message: expect.stringMatching(/^model.safetensors: 1 of \d+ tensors are missing: lm_head.weight$/)
      })
    );
  });
});

test('a placeholder that the tokenizer lacks is added to the bundle', async () => {
  const folder = copyOfGolden('tiny-pro');
  await applyEdits(folder, [{ op: 'remove_added_token', file: 'tokenizer.json', content: '<image_placeholder>' }]);
  const { dir, manifest } = await imported(folder);
  expect(manifest.config.tokens.imagePlaceholder).toEqual({ text: '<image_placeholder>', id: 1886 });
  const added = readJson(dir, 'tokenizer.json').added_tokens.at(-1);
  expect(added).toMatchObject({ id: 1886, content: '<image_placeholder>', special: true });
});

test('a tokenizer that can not be loaded is refused', async () => {
  const folder = copyOfGolden('tiny-pro');
  await applyEdits(folder, [{ op: 'set_json', file: 'tokenizer.json', path: ['model', 'type'], value: 'Unigram' }]);
  await expect(imported(folder)).rejects.toThrow(
    expect.objectContaining({ kind: 'invalid_tokenizer', message: expect.stringContaining('tokenizer.json: ') })
  );
});

test.each(['config.json', 'tokenizer.json', 'processor_config.json', 'model.safetensors'])(
  'a folder in place of %s is told by name',
  async (name) => {
    const folder = copyOfGolden('tiny-pro');
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
    await expect(imported(folder)).rejects.toThrow(
      expect.objectContaining({ kind: 'missing_file', message: `${name} in ${folder} is no file` })
    );
  }
);

test('the tokenizer is taken byte for byte', () => {
  expect(readFileSync(join(whole.dir, 'tokenizer.json')).equals(readFileSync(join(golden('tiny-pro'), 'tokenizer.json')))).toBe(true);
});

test('role names are read from the chat template', async () => {
  const folder = copyOfGolden('tiny-pro');
  const path = join(folder, 'chat_template.jinja');
  const template = readFileSync(path, 'utf8');
  writeFileSync(path, template.replaceAll('<|User|>', 'User').replaceAll('<|Assistant|>', 'Assistant'));
  expect((await imported(folder)).manifest.config.prompt.roles).toEqual({ user: 'User', assistant: 'Assistant' });
});

test('tensors that no Janus has are told, and do no harm', async () => {
  const folder = copyOfGolden('tiny-pro');
  const path = join(folder, 'model.safetensors');
  const tensors = readPlainTensors(path);
  writePlainTensors(path, [...tensors, { ...(tensors[0] as PlainTensor), name: 'model.language_model.layers.9.extra' }]);
  const warnings: string[] = [];
  const { manifest } = await imported(folder, { onWarning: (message) => warnings.push(message) });
  expect(warnings).toEqual(['1 tensors are ignored, as no Janus has them: model.language_model.layers.9.extra']);
  expect(manifest.revision).toBe(whole.manifest.revision);
});

test('progress rises to its total', () => {
  const done = events.map((event) => event.done);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(done.at(-1)).toBe(events[0]?.total);
  expect(new Set(events.map(({ total }) => total)).size).toBe(1);
  expect(events.some(({ tensor }) => tensor === 'codec.palette')).toBe(true);
});

test('an import that is called off leaves nothing', async () => {
  const dir = join(temporaryFolder(), 'bundle');
  const controller = new AbortController();
  const onProgress = ({ done, total }: ImportEvent) => done > total / 3 && controller.abort(new Error('enough'));
  await expect(importCheckpoint(golden('tiny-pro'), dir, { quantize: 'f32', signal: controller.signal, onProgress })).rejects.toThrow(
    'enough'
  );
  expect(readdirSync(dirname(dir))).toEqual([]);
});

test('a bundle that is there is replaced only if told to', async () => {
  const { dir, manifest } = whole;
  await expect(importCheckpoint(golden('tiny-pro'), dir)).rejects.toThrow(expect.objectContaining({ kind: 'bundle_exists' }));
  await importCheckpoint(golden('tiny-pro'), dir, { quantize: 'f32', overwrite: true, name: 'again' });
  expect((await verifyBundle(dir)).manifest).toEqual({ ...manifest, name: 'again' });
});

describe('an index of shards', () => {
  const torn = (change: (index: { weight_map: Record<string, unknown> }, folder: string) => unknown) => {
    const folder = sharded('tiny-pro', 'model.safetensors', writePlainTensors);
    const path = join(folder, 'model.safetensors.index.json');
    const index = readJson(path);
    writeFileSync(path, JSON.stringify(change(index, folder) ?? index));
    return folder;
  };

  test.each([
    ['that is no object of files', 'corrupt_checkpoint', 'weight_map is no object', () => ({ weight_map: [] })],
    [
      'that leads out of the folder',
      'corrupt_checkpoint',
      '"../secret", which is no file name',
      (index: { weight_map: Record<string, unknown> }) => {
        index.weight_map['lm_head.weight'] = '../secret';
      }
    ],
    [
      'with a shard missing',
      'missing_file',
      'model-00002-of-00003.safetensors is missing',
      (_: unknown, folder: string) => rmSync(join(folder, 'model-00002-of-00003.safetensors'))
    ],
    [
      'that names a tensor its shard lacks',
      'missing_tensor',
      'tensor lm_head.weight is missing, model.safetensors.index.json says it is there',
      (index: { weight_map: Record<string, unknown> }) => {
        const other = Object.values(index.weight_map).find((shard) => shard !== index.weight_map['lm_head.weight']);
        index.weight_map['lm_head.weight'] = other;
      }
    ]
  ])('is refused %s', async (_what, kind, message, change) => {
    await expect(imported(torn(change))).rejects.toThrow(expect.objectContaining({ kind, message: expect.stringContaining(message) }));
  });
});
