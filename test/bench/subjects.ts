import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ALLOCATOR_TUNABLES } from '../../libs/cli/src/mesh/allocator-tunables.ts';
import type { Tier } from '../../libs/cli/src/mesh/mesh.ts';
import { type Bench, BUNDLE_FORMS } from './bench.ts';
import type { SubjectOptions } from './row.ts';
import { type SubjectCommand, SubjectProcess } from './subject-process.ts';

const PEERS = join(import.meta.dirname, 'peers');

/** A subject that can be started. */
export interface KnownSubject {
  readonly name: string;
  /** Cases it may have; starting it shows which it has. */
  readonly mayHave: RegExp;
  /** How it is started. @throws {Error} saying why it cannot be */
  command(bench: Bench): Promise<SubjectCommand>;
}

interface PeerNeeds {
  readonly packages: readonly string[];
  readonly program?: string;
  readonly mayHave: RegExp;
}

/** Whose work it is: it is started as that tier is. */
const TIER_OF_MODULE: Readonly<Record<string, Tier>> = {
  'transformer-step': 'transformer',
  'engine-loop': 'transformer',
  siglip: 'vision-encoder',
  'vq-decode': 'image-codec'
};

const LANGUAGE = /^(decode|prefill)-/;

/**
 * All subjects: ours by their modules in rows/, peers by their scripts.
 *
 * @param python interpreter of the peers
 * @param cache folder in which peers may keep what takes long to make
 */
export function knownSubjects(python: string, cache: string): KnownSubject[] {
  return [
    own('limits', 'limits', /^(read|int8)$/),
    own('w8a8', 'transformer-step', /^(decode|prefill|loop)-\d|^cancel$/),
    own('w4', 'transformer-step', LANGUAGE),
    own('w4 b128', 'transformer-step', LANGUAGE),
    own('w8a8', 'siglip', /^siglip$/),
    own('w8a8', 'vq-decode', /^vq-/),
    peer('pytorch bf16', ['janus_pytorch.py'], { packages: ['torch', 'transformers'], mayHave: /^(decode|prefill)-|^siglip$|^vq-decode$/ }),
    ...['int8', 'int4'].map((form) =>
      peer(`openvino ${form}`, ['janus_openvino.py', '--form', form], { packages: ['openvino', 'nncf', 'torch'], mayHave: LANGUAGE })
    ),
    ...['q8_0', 'q4_0'].map((form) =>
      peer(`llama.cpp ${form}`, ['llama_cpp.py', '--form', form], {
        program: 'llama-bench',
        packages: ['gguf', 'numpy'],
        mayHave: /^(decode-1|prefill-256)$/
      })
    )
  ];

  function peer(name: string, [file = '', ...rest]: readonly string[], { packages, program, mayHave }: PeerNeeds): KnownSubject {
    return {
      name,
      mayHave,
      async command({ bundles, threads }) {
        if (program && !isInPath(program)) throw new Error(`no ${program} in PATH`);
        await requirePackages(python, packages);
        const manifest = join(await bundles.of('w8a8'), 'manifest.json');
        const args = [join(PEERS, file), '--manifest', manifest, '--threads', `${threads}`, '--cache', cache, ...rest];
        return { name, command: python, args };
      }
    };
  }
}

/** Starts a subject. @throws {Error} saying why it cannot be */
export async function startSubject(subject: KnownSubject, bench: Bench): Promise<SubjectProcess> {
  const command = await subject.command(bench);
  bench.say(`starting ${subject.name}`);
  return await SubjectProcess.start(command, (line) => bench.say(`${subject.name}: ${line}`));
}

/** The command of one of our own subjects. */
export function ownCommand(name: string, module: string, options: SubjectOptions): SubjectCommand {
  const main = join(import.meta.dirname, 'subject-main.ts');
  const args = ['--import', 'tsx', main, module, JSON.stringify(options)];
  const tier = TIER_OF_MODULE[module];
  return { name, command: process.execPath, args, ...(tier ? { env: { GLIBC_TUNABLES: ALLOCATOR_TUNABLES[tier] } } : {}) };
}

function own(name: string, module: string, mayHave: RegExp): KnownSubject {
  const command = async ({ bundles, threads }: Bench) =>
    ownCommand(name, module, { bundleDir: await bundles.of(BUNDLE_FORMS.find((form) => form === name) ?? 'w8a8'), threads });
  return { name, mayHave, command };
}

function isInPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

async function requirePackages(python: string, packages: readonly string[]): Promise<void> {
  const find = `import importlib.util as u; print(','.join(p for p in ${JSON.stringify(packages)} if not u.find_spec(p)))`;
  const { stdout } = await promisify(execFile)(python, ['-c', find]).catch(() => {
    throw new Error(`no Python (${python}); JANUS_MESH_BENCH_PYTHON names another`);
  });
  const missing = stdout.trim();
  if (missing) throw new Error(`${python} has no ${missing} (pip install -r test/bench/peers/requirements.txt)`);
}
