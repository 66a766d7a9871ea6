import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limitsOf, type ModelConfig, UNQUANTIZED } from '@janus-mesh/models';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BundleContents, createBundle, type Description, openBundle, verifyBundle } from './index.ts';

const token = (id: number) => ({ text: `<${id}>`, id });

const CONFIG: ModelConfig = {
  family: 'janus',
  text: {
    hiddenSize: 64,
    layers: 1,
    heads: 4,
    kvHeads: 2,
    headDim: 16,
    intermediateSize: 160,
    vocabSize: 2048,
    rmsNormEps: 1e-6,
    ropeTheta: 10_000,
    contextTokens: 1024
  },
  vision: { imageSize: 64, patchSize: 16, hiddenSize: 48, layers: 2, heads: 4, intermediateSize: 96, layerNormEps: 1e-6, rows: 16 },
  codec: {
    baseChannels: 32,
    channelMultiplier: [1, 2],
    resBlocks: 2,
    latentChannels: 32,
    codeWidth: 8,
    codebookSize: 256,
    grid: 4,
    imageSize: 64
  },
  preprocess: {
    imageSize: 64,
    minSize: 14,
    rescaleFactor: 1 / 255,
    normalize: true,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    background: [127, 127, 127]
  },
  prompt: { roles: { user: 'User', assistant: 'Assistant' }, separators: ['\n\n', '</s>'], defaultSystemPrompt: 'Be kind.' },
  tokens: { bos: token(0), eos: token(1), pad: token(2), beginOfImage: token(3), endOfImage: token(4), imagePlaceholder: token(5) }
};

const DESCRIPTION: Description = {
  name: 'small',
  revision: 'ab'.repeat(32),
  quantization: { ...UNQUANTIZED, text: 'w8a8', kept: [{ linear: 'text.layers.0.down', form: 'f32', error: 0.2, limit: 0.1 }] },
  limits: limitsOf('w8a8'),
  parameters: 22,
  source: { layout: 'huggingface', weights: 'safetensors', dtype: 'bf16' },
  config: CONFIG
};

const VALUES = Float32Array.from({ length: 16 }, (_, i) => i / 7);

const CONTENTS: BundleContents = {
  tensors: [
    { name: 'odd', dtype: 'u8', dims: [2, 3] },
    { name: 'matrix', dtype: 'f32', dims: [4, 4] }
  ],
  tokenizerJson: Buffer.from('{"model":{}}'),
  write: async (weights) => {
    await weights.write('matrix', 32, new Uint8Array(VALUES.buffer, 32));
    await weights.write('matrix', 0, new Uint8Array(VALUES.buffer, 0, 32));
    await weights.write('odd', 0, Uint8Array.of(1, 2, 3, 4, 5, 6));
    return DESCRIPTION;
  }
};

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function smallBundle(): Promise<string> {
  const dir = join(temporaryFolder(), 'small');
  await createBundle(dir, CONTENTS);
  return dir;
}

function flipBit(path: string, byte: number): void {
  const bytes = readFileSync(path);
  bytes[byte] = (bytes[byte] as number) ^ 1;
  writeFileSync(path, bytes);
}

describe('a bundle', () => {
  test('is opened with what was written, tensors at places that suit vector loads', async () => {
    const dir = await smallBundle();
    const bundle = await verifyBundle(dir);
    expect(bundle.manifest).toMatchObject(DESCRIPTION);
    const matrix = bundle.tensors.get('matrix');
    expect(matrix).toMatchObject({ dtype: 'f32', dims: [4, 4], bytes: 64 });
    expect((matrix?.offset ?? 1) % 64).toBe(0);
    const weights = readFileSync(bundle.weightsPath);
    expect(weights.subarray(matrix?.offset, (matrix?.offset ?? 0) + 64)).toEqual(Buffer.from(VALUES.buffer));
    expect([...weights.subarray(-6)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('is checked by sha256sum too', async () => {
    const output = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: await smallBundle(), encoding: 'utf8' });
    expect(output).toBe('manifest.json: OK\ntokenizer.json: OK\nweights.safetensors: OK\n');
  });

  test('has every byte told while it is verified', async () => {
    const dir = await smallBundle();
    const events: unknown[] = [];
    await verifyBundle(dir, { onProgress: (event) => events.push(event) });
    const total = readFileSync(join(dir, 'weights.safetensors')).byteLength;
    expect(events).toEqual([{ done: total, total }]);
  });
});

describe('what is refused at opening', () => {
  test.each(['manifest.json', 'tokenizer.json', 'SHA256SUMS'])('any bit flipped in %s', async (file) => {
    const dir = await smallBundle();
    const path = join(dir, file);
    for (let byte = 0; byte < readFileSync(path).byteLength; byte += 7) {
      flipBit(path, byte);
      await expect(openBundle(dir), `byte ${byte}`).rejects.toThrow(
        expect.objectContaining({ kind: 'corrupt_bundle', message: expect.stringContaining(file) })
      );
      flipBit(path, byte);
    }
    await openBundle(dir);
  });

  test('any bit flipped in the header of the weights', async () => {
    const dir = await smallBundle();
    const { headerBytes } = (await openBundle(dir)).manifest.weights;
    const path = join(dir, 'weights.safetensors');
    for (let byte = 0; byte < headerBytes; byte++) {
      flipBit(path, byte);
      await expect(openBundle(dir), `byte ${byte}`).rejects.toThrow(
        expect.objectContaining({ kind: 'corrupt_bundle', message: expect.stringContaining('weights.safetensors') })
      );
      flipBit(path, byte);
    }
  });

  test('weights that are cut off', async () => {
    const dir = await smallBundle();
    const path = join(dir, 'weights.safetensors');
    const { byteLength } = readFileSync(path);
    truncateSync(path, byteLength - 1);
    await expect(openBundle(dir)).rejects.toThrow(`weights.safetensors: has ${byteLength - 1} bytes, manifest.json says ${byteLength}`);
  });

  test.each(['manifest.json', 'tokenizer.json', 'SHA256SUMS', 'weights.safetensors'])('a bundle without %s', async (file) => {
    const dir = await smallBundle();
    rmSync(join(dir, file));
    await expect(openBundle(dir)).rejects.toThrow(
      expect.objectContaining({ kind: 'missing_file', message: `${file} is missing in the bundle ${dir}` })
    );
  });

  test('a folder that is not there', async () => {
    await expect(openBundle('/nowhere/bundle')).rejects.toThrow(expect.objectContaining({ kind: 'missing_file' }));
  });

  test.each([
    ['version', 1, 'unsupported_bundle', 'bundle version is 1, this program reads 2; import it again'],
    ['quantization', { ...UNQUANTIZED, text: 'int3' }, 'corrupt_bundle', 'quantization.text'],
    ['quantization', { ...UNQUANTIZED, block: 64 }, 'corrupt_bundle', 'quantization.block']
  ])('a bundle of another %s', async (field, value, kind, message) => {
    const dir = await smallBundle();
    const path = join(dir, 'manifest.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), [field]: value }));
    const sum = execFileSync('sha256sum', ['manifest.json'], { cwd: dir, encoding: 'utf8' });
    const sums = readFileSync(join(dir, 'SHA256SUMS'), 'utf8').split('\n');
    writeFileSync(join(dir, 'SHA256SUMS'), [sum.trimEnd(), ...sums.slice(1)].join('\n'));
    await expect(openBundle(dir)).rejects.toThrow(expect.objectContaining({ kind, message: expect.stringContaining(message) }));
  });
});

test('a bit flipped within the weights shows when they are verified', async () => {
  const dir = await smallBundle();
  flipBit(join(dir, 'weights.safetensors'), readFileSync(join(dir, 'weights.safetensors')).byteLength - 1);
  await openBundle(dir);
  await expect(verifyBundle(dir)).rejects.toThrow(
    expect.objectContaining({ kind: 'corrupt_bundle', message: expect.stringContaining('weights.safetensors: sha256 is') })
  );
});

describe('making a bundle', () => {
  test('leaves nothing when it fails', async () => {
    const parent = temporaryFolder();
    const write = () => Promise.reject(new Error('no more paper'));
    await expect(createBundle(join(parent, 'small'), { ...CONTENTS, write })).rejects.toThrow('no more paper');
    expect(readdirSync(parent)).toEqual([]);
  });

  test('refuses to leave a tensor out', async () => {
    const write = async () => DESCRIPTION;
    await expect(createBundle(join(temporaryFolder(), 'small'), { ...CONTENTS, write })).rejects.toThrow(
      '0 of 64 bytes of tensor matrix were written'
    );
  });

  test('replaces a bundle only if told to, and nothing else ever', async () => {
    const dir = await smallBundle();
    await expect(createBundle(dir, CONTENTS)).rejects.toThrow(
      expect.objectContaining({ kind: 'bundle_exists', message: expect.stringContaining(dir) })
    );
    const write: BundleContents['write'] = async (weights) => ({ ...(await CONTENTS.write(weights)), name: 'newer' });
    await createBundle(dir, { ...CONTENTS, write }, { overwrite: true });
    expect((await openBundle(dir)).manifest.name).toBe('newer');
    expect(readdirSync(join(dir, '..'))).toEqual(['small']);
    const home = temporaryFolder();
    writeFileSync(join(home, 'letter.txt'), 'dear');
    await expect(createBundle(home, CONTENTS, { overwrite: true })).rejects.toThrow(expect.objectContaining({ kind: 'bundle_exists' }));
    expect(existsSync(join(home, 'letter.txt'))).toBe(true);
    writeFileSync(join(home, 'manifest.json'), '{ "name": "a web page" }');
    await expect(createBundle(home, CONTENTS, { overwrite: true })).rejects.toThrow(`${home} holds letter.txt, which no bundle has`);
    expect(readdirSync(home)).toEqual(['letter.txt', 'manifest.json']);
  });

  test('reads no path as the folder at hand, and does not touch it', async () => {
    await expect(createBundle('', CONTENTS)).rejects.toThrow(expect.objectContaining({ kind: 'bundle_exists' }));
  });

  test('takes an empty folder that is there', async () => {
    const dir = temporaryFolder();
    await createBundle(dir, CONTENTS);
    await openBundle(dir);
  });

  test('removes what dead processes left, and not what others are at', async () => {
    const parent = temporaryFolder();
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    const [stale, earlier, busy, other] = [
      `.small.partial-${dead}-abc-1`,
      `.small.partial-${process.pid}-abc-1`,
      `.small.partial-${process.ppid}-abc-1`,
      '.large.partial-1-a-1'
    ];
    for (const name of [stale, earlier, busy, other]) {
      mkdirSync(join(parent, name as string));
      cpSync(import.meta.filename, join(parent, name as string, 'weights.safetensors'));
    }
    await createBundle(join(parent, 'small'), CONTENTS);
    expect(readdirSync(parent).toSorted()).toEqual([busy, other, 'small'].toSorted());
  });
});
