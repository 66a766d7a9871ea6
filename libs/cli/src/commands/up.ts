import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle, verifyBundle } from '@janus-mesh/bundle';
import { type Command, Option } from 'commander';
import { readEnvironment } from '../env.ts';
import { requireFolder } from '../folders.ts';
import { interruptible } from '../interruptible.ts';
import { jsonLine } from '../json-line.ts';
import { embeddedBundle } from '../mesh/embedded-bundle.ts';
import { type Loss, lastOfItsKind } from '../mesh/last-of-its-kind.ts';
import { machineLine, readableLine } from '../mesh/log-line.ts';
import { type Mesh, startMesh, type Tier } from '../mesh/mesh.ts';
import { replicasOf } from '../mesh/replicas-option.ts';
import { jsonOption, wholeNumber } from '../options.ts';
import { embeddedCheckpoint } from '../project.ts';
import { CommandError } from '../report.ts';
import { addSetting, type ServiceSettings } from '../service-settings.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { style } from '../terminal/style.ts';
import { unreadSettingsWarning } from '../unread-settings.ts';
import { warn } from '../warning.ts';

interface UpOptions {
  bundle?: string;
  host: string;
  port: number;
  visionEncoderPort: number;
  transformerPort: number;
  imageCodecPort: number;
  replicas?: Partial<Record<Tier, number>>;
  threads?: number;
  diagnostics: boolean;
  stepDelay?: number;
  verifyFull: boolean;
  logLevel: string;
  drainSeconds: number;
  set: ServiceSettings;
  json: boolean;
}

const port = wholeNumber(0, 65_535);

/** `up`: starts the mesh as four processes, shows one log, drains on Ctrl-C. */
export function addUp(program: Command): void {
  program
    .command('up')
    .description('start the mesh on this machine: all services, one log; Ctrl-C drains it')
    .option('--bundle <folder>', 'model to serve, made by `janus-mesh import` (default: the embedded tiny-shapes)')
    .option('--host <address>', 'address the public service listens on; the tiers stay on loopback', '127.0.0.1')
    .option('--port <port>', 'public port; 0 takes a free one', port, 50_051)
    .option('--vision-encoder-port <port>', 'port of the vision encoder; 0 takes a free one', port, 0)
    .option('--transformer-port <port>', 'port of the transformer; 0 takes a free one', port, 0)
    .option('--image-codec-port <port>', 'port of the image codec; 0 takes a free one', port, 0)
    .option('--replicas <tier=n>', 'processes of a tier, as transformer=2; may be repeated', replicasOf)
    .option('--threads <n>', 'threads of each network', wholeNumber(1, 256))
    .option('--diagnostics', 'accept diagnostic fields on internal calls (raw logits, forced ids)', false)
    .option('--step-delay <ms>', 'make each step of the transformer slower, to watch it; needs --diagnostics', wholeNumber(0, 60_000))
    .option('--verify-full', 'hash all weights before starting', false)
    .addOption(new Option('--log-level <level>', 'least level that is shown').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .option('--drain-seconds <n>', 'longest time Ctrl-C waits for calls that run', wholeNumber(0, 86_400), 600)
    .option('--set <service.NAME=value>', 'a setting of one service (repeatable)', addSetting, {})
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  janus-mesh up\n  janus-mesh up --bundle ./janus-pro-1b --port 8000 --threads 8\n  janus-mesh up --replicas transformer=2 --set transformer.SLOTS=4\n'
    )
    .action(runUp);
}

/** The bundle to serve: the given one, else the embedded one, imported on first use with a progress bar. */
export async function bundleToServe(given: string | undefined): Promise<string> {
  if (given !== undefined) {
    requireFolder(given, '--bundle');
    if (existsSync(join(given, 'config.json')) && !existsSync(join(given, 'manifest.json'))) {
      throw new CommandError(
        'usage',
        `--bundle ${given} is a checkpoint; first make a bundle of it: janus-mesh import ${given} --out <folder>`
      );
    }
    return given;
  }
  const bar = progressBar('importing tiny-shapes');
  const onWait = (lock: string) => {
    process.stderr.write(`waiting: another janus-mesh is importing tiny-shapes (${lock})\n`);
  };
  try {
    return await interruptible((signal) =>
      embeddedBundle(embeddedCheckpoint(), readEnvironment().home, { onProgress: bar.update, onWait, signal })
    );
  } finally {
    bar.end();
  }
}

async function runUp(options: UpOptions): Promise<void> {
  if (options.stepDelay !== undefined && !options.diagnostics) {
    throw new CommandError('usage', '--step-delay slows every caller: it needs --diagnostics beside it');
  }
  const unread = unreadSettingsWarning(readEnvironment().unread);
  if (unread !== undefined) warn(unread, options.json);
  const bundle = await bundleToServe(options.bundle);
  // The services check it too; looked at here first, a damaged bundle is one plain line.
  if (options.verifyFull) await verifyWithProgress(bundle);
  else await openBundle(bundle);
  const mesh = await startMesh({
    bundle,
    host: options.host,
    ports: {
      orchestrator: options.port,
      'vision-encoder': options.visionEncoderPort,
      transformer: options.transformerPort,
      'image-codec': options.imageCodecPort
    },
    env: readEnvironment().passedOn,
    ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    diagnostics: options.diagnostics,
    logLevel: options.logLevel,
    drainSeconds: options.drainSeconds,
    settings: options.stepDelay === undefined ? options.set : addSetting(`transformer.STEP_DELAY_MS=${options.stepDelay}`, options.set),
    onLine: (label, line) =>
      process.stdout.write(`${options.json ? machineLine(label, line) : readableLine(process.stdout, label, line)}\n`)
  });
  announce(mesh, options.json);
  await untilStopped(mesh, options.json);
}

async function verifyWithProgress(bundle: string): Promise<void> {
  const bar = progressBar('verifying weights');
  try {
    await interruptible((signal) => verifyBundle(bundle, { signal, onProgress: ({ done, total }) => bar.update(done, total, '') }));
  } finally {
    bar.end();
  }
}

function announce(mesh: Mesh, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ msg: 'mesh is up', target: mesh.target, ...mesh.tiers, replicas: mesh.replicas })}\n`);
    return;
  }
  const elsewhere = mesh.target === readEnvironment().target ? '' : ` --target ${mesh.target}`;
  process.stdout.write(`\nThe mesh is up at ${mesh.target}. Ctrl-C stops it. In another terminal:\n`);
  process.stdout.write(`  npm run mesh -- draw "a red circle"${elsewhere}\n`);
  process.stdout.write(`  npm run mesh -- describe models/tiny-shapes/pictures/star-above-circle.png${elsewhere}\n\n`);
}

/** Waits for Ctrl-C, SIGTERM or the end of a service that the mesh cannot do without, then drains. */
async function untilStopped(mesh: Mesh, json: boolean): Promise<void> {
  const signal = new Promise<undefined>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        // A second signal does not wait for what runs.
        process.once(name, () => {
          for (const service of mesh.processes) service.kill('SIGKILL');
        });
        resolve(undefined);
      });
    }
  });
  let isStopping = false;
  const lost = lastOfItsKind(mesh.processes, (loss) => isStopping || tellLoss(loss, json));
  const ended = await Promise.race([signal, lost]);
  isStopping = true;
  if (!ended) process.stderr.write('draining: calls that run may finish; Ctrl-C again ends them\n');
  await mesh.stop();
  if (ended) throw new CommandError('service_ended', `${ended.label} ended by itself (${ended.how}); the rest was stopped`);
}

function tellLoss({ label, how }: Loss, json: boolean): void {
  const msg = `${label} ended by itself (${how}); the mesh goes on with the others of its tier`;
  process.stdout.write(json ? jsonLine({ msg, label }) : `${style(process.stdout, 'yellow', msg)}\n`);
}
