import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { KvForm, LinearForm, WeightBlock } from '@janus-mesh/models';
import { isaClass, type SessionSource } from '@janus-mesh/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KvHandle } from '../engine/model-runner.ts';
import { createRunner } from './create-runner.ts';
import { kvForm } from './kv-form.ts';
import { sealPart } from './packed-part.ts';
import type { PackedRunner } from './packed-runner.ts';
import type { RunnerBundle } from './runner-bundle.ts';
import { runtime } from './testing/golden-runner.ts';
import { hashOf } from './testing/logit-hashes.ts';
import { runAlone, runTogether, type Script, scripts } from './testing/scripted-sequences.ts';
import { slice, tokens } from './testing/slices.ts';
import { writeRandomBundle } from './testing/written-bundle.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Form {
  readonly form: LinearForm;
  readonly kv: KvForm;
  readonly block?: WeightBlock;
}

async function runnerOf(form: Form, slots = 6): Promise<PackedRunner> {
  const bundle = await writeRandomBundle(form);
  closers.push(() => bundle.remove());
  const runner = await createRunner({ bundle, runtime, slots, kvBudgetBytes: 64 << 20 });
  closers.push(() => runner.release());
  return runner;
}

describe('each sequence gets the bits it gets alone, whatever else runs and in whichever variant', () => {
  test.each<Form>([
    { form: 'w8a8', kv: 'int8' },
    { form: 'w8a8', kv: 'int8_channel' },
    { form: 'w8a8', kv: 'f32' },
    { form: 'w4', kv: 'int8' },
    { form: 'w4', block: 128, kv: 'int8' },
    { form: 'w4', block: 128, kv: 'f32' }
  ])('linears and cache of %j', async (form) => {
    const runner = await runnerOf(form);
    const all = scripts(18, 5);
    const expected: string[][] = [];
    for (const script of all) expected.push((await runAlone(runner, script)).map(hashOf));
    await runTogether(runner, all, (index, step, logits) => {
      expect(hashOf(logits as Float32Array), `sequence ${index} step ${step}`).toBe(expected[index]?.[step]);
    });
    expect(new Set(expected.flat()).size).toBeGreaterThan(100);
  });

  test.each<Form>([
    { form: 'w8a8', kv: 'int8' },
    { form: 'w4', block: 128, kv: 'int8' }
  ])('and on one thread or two: %j', async (form) => {
    const script = resolve(import.meta.dirname, 'testing/logit-hashes.ts');
    const hashes = async (threads: number) => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, String(threads), JSON.stringify(form)]);
      return JSON.parse(stdout) as string[][];
    };
    const [one, two] = [await hashes(1), await hashes(2)];
    expect(one.flat().length).toBeGreaterThan(80);
    expect(two).toEqual(one);
  });
});

describe('a stream that was broken off goes on', () => {
  /** Logits after each of the ids, where the first ones come as a prompt in chunks and the rest one by one. */
  async function logitsAfter(runner: PackedRunner, ids: readonly number[], promptLength: number): Promise<string[]> {
    const kv: KvHandle = runner.allocate(ids.length);
    const hashes: string[] = [];
    for (let past = 0; past < ids.length; ) {
      const end = past < promptLength ? Math.min(past + 16, promptLength) : past + 1;
      const [result] = await runner.run([slice({ kv, past, tokens: tokens(ids.slice(past, end)) })]);
      hashes[end - 1] = hashOf(result?.rows as Float32Array);
      past = end;
    }
    runner.free(kv);
    return hashes;
  }

  const ids = Array.from({ length: 60 }, (_, i) => (i * 37 + 11) % 256);

  test.each<Form>([
    { form: 'w8a8', kv: 'int8' },
    { form: 'w4', block: 128, kv: 'int8' }
  ])('with the same bits over an int8 cache, its tokens brought again as a prompt: %j', async (form) => {
    const runner = await runnerOf(form, 1);
    expect(runner.replaysExactly).toBe(true);
    const unbroken = await logitsAfter(runner, ids, 20);
    for (const brokenAt of [21, 30, 47]) {
      const replayed = await logitsAfter(runner, ids, brokenAt);
      expect(replayed.slice(brokenAt - 1)).toEqual(unbroken.slice(brokenAt - 1));
    }
  });

  test('and over an f32 cache the runner says that the bits may be others', async () => {
    const runner = await runnerOf({ form: 'w8a8', kv: 'f32' }, 1);
    expect(runner.replaysExactly).toBe(false);
  });
});

describe('packed weights in files', () => {
  const script = scripts(1, 5)[0] as Script;
  const warnings: string[] = [];
  const onWarning = ({ name, message }: Error) => void (name === 'PackedWeightsWarning' && warnings.push(message));

  beforeEach(() => {
    warnings.length = 0;
    process.on('warning', onWarning);
  });

  afterEach(() => void process.off('warning', onWarning));

  async function hashesWith(bundle: RunnerBundle, packedWeights: 'memory' | 'files'): Promise<string[]> {
    const runner = await createRunner({ bundle, runtime, slots: 4, kvBudgetBytes: 64 << 20, packedWeights });
    const hashes = (await runAlone(runner, script)).map(hashOf);
    runner.release();
    return hashes;
  }

  async function writtenBundle(isEven = true) {
    const bundle = await writeRandomBundle({ form: 'w8a8', kv: 'int8', isEven });
    closers.push(() => bundle.remove());
    const packed = join(dirname(bundle.weightsPath), `packed-${isaClass()}-onnxruntime-${runtime.version}`);
    return { bundle, packed, step: join(packed, 'step') };
  }

  const filesOf = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : []
    );

  test.each([
    ['', true],
    [', also where none of them is well aligned', false]
  ])('give the bits of those in memory, and are made once%s', async (_, isEven) => {
    const { bundle, packed } = await writtenBundle(isEven);
    const expected = await hashesWith(bundle, 'memory');
    expect(existsSync(packed)).toBe(false);
    expect(await hashesWith(bundle, 'files')).toEqual(expected);
    expect(readdirSync(packed).sort()).toEqual(['aligner', 'code-head', 'step', 'text-head']);
    const times = () => filesOf(packed).map((file) => [file, statSync(file).mtimeMs]);
    const made = times();
    expect(await hashesWith(bundle, 'files')).toEqual(expected);
    expect(times()).toEqual(made);
    expect(warnings).toEqual([]);
  });

  test('are made again, with a warning, where they are broken', async () => {
    const { bundle, packed, step } = await writtenBundle();
    const expected = await hashesWith(bundle, 'files');
    const [model, weights, stamp] = ['model.onnx', 'weights.bin', 'stamp.json'].map((name) => join(step, name)) as [string, string, string];
    const source = { path: bundle.weightsPath, sha256: undefined };
    const faults: [string, () => unknown][] = [
      ['truncated weights', () => truncateSync(weights, 1_000)],
      ['empty weights', () => truncateSync(weights)],
      ['no weights', () => rmSync(weights)],
      ['a truncated model', () => truncateSync(model, 100)],
      ['a model of other bytes', () => writeFileSync(model, Buffer.alloc(statSync(model).size, 7))],
      ['no stamp', () => rmSync(stamp)],
      ['weights that only ONNX Runtime finds too few', () => truncateSync(weights, 1_000)]
    ];
    for (const [i, [fault, inflict]] of faults.entries()) {
      inflict();
      if (fault.includes('ONNX Runtime')) await sealPart(step, source);
      expect(await hashesWith(bundle, 'files'), fault).toEqual(expected);
      await expect.poll(() => warnings, { message: fault }).toHaveLength(i + 1);
    }
    expect(warnings[0]).toMatch(/packed weights in .*step are broken and made again: the files are .*"weights":{"bytes":1000}/);
    expect(readdirSync(packed)).toHaveLength(4);
  });

  test('are made again where they are of other weights', async () => {
    const { bundle, step } = await writtenBundle();
    const of = (sha256: string) => ({ ...bundle, manifest: { ...bundle.manifest, weights: { sha256 } } });
    await hashesWith(of('a'), 'files');
    await hashesWith(of('b'), 'files');
    await expect.poll(() => warnings).toHaveLength(4);
    expect(readFileSync(join(step, 'stamp.json'), 'utf8')).toContain('"sha256":"b"');
  });

  test('that are broken again as soon as they are made are refused with where, why and what to do', async () => {
    const { bundle, step } = await writtenBundle();
    // A disk that keeps only the first bytes of the weights.
    const createSession = async (source: SessionSource) => {
      const session = await runtime.createSession(source);
      if (source.saveTo) truncateSync(join(dirname(source.saveTo), 'weights.bin'), 1_000);
      return session;
    };
    const onBadDisk = new Proxy(runtime, {
      get(target, name) {
        if (name === 'createSession') return createSession;
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      }
    });
    const refused = createRunner({ bundle, runtime: onBadDisk, slots: 1, kvBudgetBytes: 1, packedWeights: 'files' });
    const message = `packed weights in ${step} are refused, though just made: .*out of bounds.*; delete the folder, or set JANUS_MESH_PACKED_WEIGHTS=memory`;
    await expect(refused).rejects.toThrow(new RegExp(message));
  });

  test('that cannot be written are refused with where, why and what to do', async () => {
    const { bundle, packed } = await writtenBundle();
    writeFileSync(packed, 'in the way');
    const refused = createRunner({ bundle, runtime, slots: 1, kvBudgetBytes: 1, packedWeights: 'files' });
    await expect(refused).rejects.toThrow(/cannot be kept in .*packed-.*step: ENOTDIR.* set JANUS_MESH_PACKED_WEIGHTS=memory/);
  });
});

test('the cache is what the bundle says, or f32 where asked; int8 needs scales', () => {
  expect(kvForm({ kv: 'int8_channel' }, 'auto')).toBe('int8_channel');
  expect(kvForm({ kv: 'int8_channel' }, 'int8')).toBe('int8_channel');
  expect(kvForm({ kv: 'int8' }, 'f32')).toBe('f32');
  expect(kvForm({ kv: 'f32' }, 'auto')).toBe('f32');
  expect(() => kvForm({ kv: 'f32' }, 'int8')).toThrow('an int8 KV cache needs scales measured at import');
});
