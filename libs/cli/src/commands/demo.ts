import { join } from 'node:path';
import { connectMesh, type MeshClient } from '@janus-mesh/client';
import type { GeneratedPicture } from '@janus-mesh/contracts';
import { decodePicture } from '@janus-mesh/image';
import type { Command } from 'commander';
import { answer } from '../answer.ts';
import { draw } from '../drawing.ts';
import { readEnvironment } from '../env.ts';
import { requireWritable } from '../folders.ts';
import { interruptible } from '../interruptible.ts';
import { readableLine } from '../mesh/log-line.ts';
import { type Mesh, startMesh } from '../mesh/mesh.ts';
import { pictureFile, savePicture } from '../picture-files.ts';
import { embeddedCheckpoint } from '../project.ts';
import { CommandError } from '../report.ts';
import { halfBlocks, pictureColumns, shrink } from '../terminal/half-blocks.ts';
import { style } from '../terminal/style.ts';
import { readPicture } from '../turn.ts';
import { bundleToServe } from './up.ts';

const QUESTIONS = ['Describe the image.', 'Is the red star above the blue circle?'];
const PROMPTS = ['a yellow ring above a blue square', 'two red hearts and a blue ring'];
const SEED = 7n;

/** `demo`: the first minute: import, start, describe, draw, stop. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('import the embedded model, start a mesh, describe a picture, draw two, stop')
    .option('--out <folder>', 'where to save the pictures', 'demo-pictures')
    .addHelpText('after', '\nExamples:\n  janus-mesh demo\n  janus-mesh demo --out /tmp/pictures\n')
    .action(runDemo);
}

async function runDemo({ out }: { out: string }): Promise<void> {
  requireWritable(join(out, 'picture'), '--out');
  const took: [string, number][] = [];
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    took.push([what, performance.now() - started]);
    return result;
  };
  say('janus-mesh demo: a small Janus in four processes, gRPC between them');
  const bundle = await timed('import of models/tiny-shapes (first time only)', () => bundleToServe(undefined));
  const mesh = await timed('start of the four services', () => startDemoMesh(bundle));
  const client = connectMesh(mesh.target);
  try {
    for (const { label, pid } of mesh.processes) say(`  ${label.padEnd(15)} pid ${pid}`, 'gray');
    await interruptible(async (signal) => {
      await timed('two questions about a picture', () => look(client, signal));
      for (const prompt of PROMPTS) await timed(`drawing "${prompt}"`, () => paint(client, prompt, { out, signal }));
    });
  } finally {
    client.close();
    await timed('drain and stop', () => mesh.stop());
  }
  say('\nWhat took how long');
  for (const [what, ms] of took) say(`  ${(ms / 1000).toFixed(2).padStart(6)} s  ${what}`, 'gray');
  say('\nNext');
  say('  npm run mesh -- up            # a mesh that stays; in another terminal:');
  say('  npm run mesh -- draw "three green stars" -n 2');
  say('  npm run mesh -- describe models/tiny-shapes/pictures/three-hearts.png');
  say('  npm run mesh -- import <Janus-Pro checkpoint> --out ./bundle');
  say('  npm run mesh -- up --bundle ./bundle');
}

function say(line: string, format: Parameters<typeof style>[1] = 'reset'): void {
  process.stdout.write(`${style(process.stdout, format, line)}\n`);
}

function startDemoMesh(bundle: string): Promise<Mesh> {
  return startMesh({
    bundle,
    host: '127.0.0.1',
    ports: { orchestrator: 0, 'vision-encoder': 0, transformer: 0, 'image-codec': 0 },
    env: readEnvironment().passedOn,
    logLevel: 'warn',
    drainSeconds: 10,
    onLine: (label, line) => process.stderr.write(`${readableLine(process.stderr, label, line)}\n`)
  });
}

async function look(client: MeshClient, signal: AbortSignal): Promise<void> {
  const file = await readPicture(join(embeddedCheckpoint(), 'pictures', 'star-above-circle.png'));
  say('\nA picture (models/tiny-shapes/pictures/star-above-circle.png)');
  const columns = pictureColumns(process.stdout);
  if (columns > 0) process.stdout.write(`${halfBlocks(shrink(await decodePicture(file.data), columns)).join('\n')}\n`);
  for (const question of QUESTIONS) {
    say(`› ${question}`, 'cyan');
    await answer(client, [{ role: 'user', parts: [file, question] }], { json: false }, signal);
    signal.throwIfAborted();
  }
}

async function paint(
  client: MeshClient,
  prompt: string,
  { out, signal }: { readonly out: string; readonly signal: AbortSignal }
): Promise<void> {
  say(`\n› draw "${prompt}"`, 'cyan');
  let saved = '';
  const onPicture = (picture: GeneratedPicture) => {
    if (picture.decodeError !== undefined) throw new CommandError('decode_failed', picture.decodeError);
    saved = savePicture(picture, pictureFile(picture, prompt, out));
  };
  await draw(client, { prompt, seed: SEED }, { show: true, signal, onPicture });
  say(`  saved ${saved}`, 'gray');
}
