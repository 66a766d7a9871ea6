import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readExactly } from '@janus-mesh/bundle';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StoredTensor } from '../checkpoint/stored-tensor.ts';
import { golden, temporaryFolder } from '../testing/golden-folder.ts';
import { type PlainTensor, readPlainTensors } from '../testing/plain-tensors.ts';
import { readZip } from '../testing/read-zip.ts';
import { writeTorch } from '../testing/torch-writer.ts';
import { writeZip } from '../testing/zip-writer.ts';
import { readTorchFile } from './read-torch-file.ts';

const BYTES = Uint8Array.from({ length: 48 }, (_, i) => i);
const MATRIX: PlainTensor = { name: 'matrix', dtype: 'f32', dims: [3, 4], bytes: BYTES };

async function read(path: string): Promise<Map<string, StoredTensor>> {
  const file = await open(path);
  onTestFinished(() => file.close());
  return await readTorchFile(file, 'weights.bin');
}

function written(write: (path: string) => void): string {
  const path = join(temporaryFolder(), 'weights.bin');
  write(path);
  return path;
}

function withPickle(pickle: string | Uint8Array): string {
  const bytes = typeof pickle === 'string' ? Buffer.from(pickle, 'latin1') : pickle;
  return written((path) => writeFileSync(path, writeZip([['archive/data.pkl', bytes]])));
}

async function bytesOf(tensor: StoredTensor | undefined): Promise<number[]> {
  return tensor ? [...(await readExactly(tensor.file, tensor.offset, new Uint8Array(tensor.bytes)))] : [];
}

describe('tensors', () => {
  test('of a file that torch wrote are those of the same model as safetensors', async () => {
    const folder = golden('tiny-pro-original');
    const tensors = await read(join(folder, 'pytorch_model.bin'));
    const expected = readPlainTensors(join(folder, 'model.safetensors'));
    expect([...tensors.keys()].toSorted()).toEqual(expected.map(({ name }) => name).toSorted());
    for (const { name, dtype, dims, bytes } of expected) {
      const tensor = tensors.get(name);
      expect(tensor, name).toMatchObject({ dtype, dims });
      expect(Buffer.from(await bytesOf(tensor)).equals(bytes), name).toBe(true);
    }
  });

  test('are found by zip64 fields', async () => {
    const tensors = await read(written((path) => writeTorch(path, [MATRIX], { zip64: true })));
    expect(await bytesOf(tensors.get('matrix'))).toEqual([...BYTES]);
  });

  test('may be parameters of a module', async () => {
    const tensors = await read(written((path) => writeTorch(path, [{ ...MATRIX, isParameter: true }])));
    expect(await bytesOf(tensors.get('matrix'))).toEqual([...BYTES]);
  });

  test('may share a storage, each from an element of its own', async () => {
    const row: PlainTensor = { name: 'row', dtype: 'f32', dims: [1, 4], bytes: BYTES };
    const tensors = await read(written((path) => writeTorch(path, [MATRIX, { ...row, sharedKey: '0', firstElement: 4 }])));
    expect(await bytesOf(tensors.get('row'))).toEqual([...BYTES.subarray(16, 32)]);
  });

  test.each([
    [
      'as a transposed view',
      { ...MATRIX, dims: [4, 3], strides: [1, 4] },
      'unsupported_model',
      'holds tensor matrix as a view with strides [1, 4]; save it contiguous'
    ],
    [
      'over the end of the storage',
      { ...MATRIX, firstElement: 1 },
      'corrupt_checkpoint',
      'gives tensor matrix elements 1 to 13 of a storage of 12'
    ]
  ])('are refused %s', async (_how, tensor, kind, message) => {
    const path = written((file) => writeTorch(file, [tensor]));
    await expect(read(path)).rejects.toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(`weights.bin: ${message}`) })
    );
  });

  test('are refused compressed', async () => {
    const path = written((file) => writeTorch(file, [MATRIX], { method: 8 }));
    await expect(read(path)).rejects.toThrow('weights.bin: has a compressed entry archive/data.pkl');
  });

  test('are refused with a storage missing or too short', async () => {
    const path = written((file) => writeTorch(file, [MATRIX]));
    const entries = await readZip(path);
    writeFileSync(path, writeZip(entries.filter(([name]) => name !== 'archive/data/0')));
    await expect(read(path)).rejects.toThrow('weights.bin: has no entry archive/data/0');
    writeFileSync(path, writeZip(entries.map(([name, bytes]) => [name, name === 'archive/data/0' ? bytes.subarray(1) : bytes])));
    await expect(read(path)).rejects.toThrow('weights.bin: has 47 bytes in archive/data/0, its storage takes 48');
  });

  test('are refused in big-endian order', async () => {
    const path = written((file) => writeTorch(file, [MATRIX]));
    const entries = await readZip(path);
    writeFileSync(path, writeZip(entries.map(([name, bytes]) => [name, name.endsWith('byteorder') ? Buffer.from('big') : bytes])));
    await expect(read(path)).rejects.toThrow(
      expect.objectContaining({ kind: 'unsupported_model', message: expect.stringContaining('"big"') })
    );
  });
});

describe('a pickle that asks for anything but tensors is refused, and nothing is called', () => {
  test.each([
    ['os.getpid', 'cos\ngetpid\n(tR.'],
    ['posix.system', '\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.'],
    ['builtins.eval', '\x80\x04\x8c\x08builtins\x8c\x04eval\x93.'],
    ['os.system', "(S'true'\nios\nsystem\n."],
    ['subprocess.Popen', '(csubprocess\nPopen\no.'],
    ['torch._utils._rebuild_sparse_tensor', 'ctorch._utils\n_rebuild_sparse_tensor\n.'],
    ['collections.OrderedDict.fromkeys', 'ccollections\nOrderedDict.fromkeys\n.'],
    ['torch.hub.load', '}(X\x01\x00\x00\x00actorch.hub\nload\nu.']
  ])('%s', async (name, pickle) => {
    await expect(read(withPickle(pickle))).rejects.toThrow(
      expect.objectContaining({ kind: 'unsafe_checkpoint', message: expect.stringContaining(`weights.bin: its pickle asks for ${name};`) })
    );
  });
});

describe('a broken pickle', () => {
  test.each([
    ['of a list', '\x80\x02]q\x00.', 'something that is no dict of tensors'],
    ['with an unknown opcode', '\x80\x02\xff.', 'opcode 0xff at byte 2'],
    ['with an extension code', '\x82\x01.', 'opcode 0x82 at byte 0'],
    ['that takes from an empty stack', '0.', 'takes from an empty stack'],
    ['that takes from a missing mark', 't.', 'takes from a mark that is not there'],
    ['that recalls what it never remembered', 'h\x05.', 'refers to 5'],
    ['that calls a dict', '})R.', 'calls something that is no function'],
    ['that calls a storage type', 'ctorch\nFloatStorage\n)R.', 'calls torch.FloatStorage, which only types a storage'],
    ['that rebuilds a tensor of nothing', 'ctorch._utils\n_rebuild_tensor_v2\n)R.', 'rebuilds a tensor from other arguments'],
    ['with an odd number of items', '}(K\x01u.', 'sets a key without its value'],
    ['with a string longer than the file', 'X\xff\xff\xff\x7fabc.', 'is cut off'],
    ['with a string of negative length', 'T\xff\xff\xff\xff.', 'is cut off'],
    ['with a persistent id of its own', 'Pmine\n.', 'a persistent id that is no storage'],
    ['that sets the state of a list', ']}b.', 'sets the state of something that is no dict'],
    ['with a whole number of 64 KiB', `\x8b\x00\x00\x01\x00${'\x7f'.repeat(65_536)}.`, 'a whole number of 65536 bytes, at most 255'],
    [
      'that copies a list again and again',
      '](K\x01K\x02\x86eq\x00ccollections\nOrderedDict\nq\x01h\x00\x85Rh\x01h\x00\x85R.',
      'of given items'
    ],
    ['of more than 4 MiB', Buffer.alloc(4 * 2 ** 20 + 1, '}'), 'of 4194305 bytes, at most 4194304 are read']
  ])('%s is told', async (_what, pickle, message) => {
    await expect(read(withPickle(pickle))).rejects.toThrow(
      expect.objectContaining({ kind: 'corrupt_checkpoint', message: expect.stringContaining(message) })
    );
  });

  test('cut off anywhere is told', async () => {
    const path = written((file) => writeTorch(file, [MATRIX]));
    const pickle = (await readZip(path))[0]?.[1] as Uint8Array;
    for (let length = 0; length < pickle.byteLength; length++) {
      await expect(read(withPickle(pickle.subarray(0, length))), `${length} bytes`).rejects.toThrow(
        expect.objectContaining({ name: 'ModelError' })
      );
    }
  });
});

test('reads what any protocol writes', async () => {
  const pickles = [
    '(dp0\nI01\nI00\nsL12L\nF1.5\nsNg0\ns.',
    '\x80\x02}q\x00(K\x01M\x00\x02J\xff\xff\xff\xff\x8a\x01\xffG?\xf8\x00\x00\x00\x00\x00\x00Nu}X\x09\x00\x00\x00_metadata}sb.',
    '\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94\x88C\x01z\x89)]u.'
  ];
  for (const pickle of pickles) expect(await read(withPickle(pickle))).toEqual(new Map());
});

describe('a file that is no zip', () => {
  test.each([
    ['empty', Buffer.alloc(0), 'has 0 bytes, less than an empty zip'],
    ['text', Buffer.from('version https://git-lfs.github.com/spec/v1'), 'is no zip file, or is cut off'],
    ['a zip of something else', writeZip([['readme.txt', Buffer.from('hi')]]), 'is a zip without data.pkl'],
    [
      'a zip with an entry twice',
      writeZip([
        ['a/data.pkl', Buffer.from('}.')],
        ['a/data.pkl', Buffer.from('}.')]
      ]),
      'has two entries a/data.pkl'
    ]
  ])('is told: %s', async (_what, bytes, message) => {
    const path = written((file) => writeFileSync(file, bytes));
    await expect(read(path)).rejects.toThrow(
      expect.objectContaining({ kind: 'corrupt_checkpoint', message: expect.stringContaining(message) })
    );
  });

  test('is told as what torch wrote before 1.6', async () => {
    const path = written((file) => writeFileSync(file, Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80027d71002e', 'hex')));
    await expect(read(path)).rejects.toThrow(
      expect.objectContaining({
        kind: 'unsupported_model',
        message: expect.stringContaining('weights.bin: has the form that torch wrote before 1.6')
      })
    );
  });

  test('is told wherever its end is cut off', async () => {
    const bytes = readFileSync(written((path) => writeTorch(path, [MATRIX], { zip64: true })));
    for (let length = bytes.byteLength - 1; length > bytes.byteLength - 200; length--) {
      const path = written((file) => writeFileSync(file, bytes.subarray(0, length)));
      await expect(read(path)).rejects.toThrow(expect.objectContaining({ kind: 'corrupt_checkpoint' }));
    }
  });
});
