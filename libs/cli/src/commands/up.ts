import { openBundle, verifyBundle } from '@janus-mesh/bundle';
import { type Command, Option } from 'commander';
import { readEnvironment } from '../env.ts';
import { interruptible } from '../interruptible.ts';
import { embeddedBundle } from '../mesh/embedded-bundle.ts';
import { readableLine } from '../mesh/log-line.ts';
import { type Mesh, startMesh } from '../mesh/mesh.ts';
import { jsonOption, wholeNumber } from '../options.ts';
import { embeddedCheckpoint } from '../project.ts';
import { CommandError } from '../report.ts';
import { addSetting, type ServiceSettings } from '../service-settings.ts';
import { progressBar } from '../terminal/progress-bar.ts';

interface UpOptions {
  bundle?: string;
  host: string;
  port: number;
  visionEncoderPort: number;
  transformerPort: number;
  imageCodecPort: number;
  threads?: number;
  diagnostics: boolean;
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
    .description('start the mesh on this machine: four services, one log; Ctrl-C drains it')
    .option('--bundle <folder>', 'model to serve, made by `janus-mesh import` (default: the embedded tiny-shapes)')
    .option('--host <address>', 'address the public service listens on; the tiers stay on loopback', '127.0.0.1')
    .option('--port <port>', 'public port; 0 takes a free one', port, 50_051)
    .option('--vision-encoder-port <port>', 'port of the vision encoder; 0 takes a free one', port, 0)
    .option('--transformer-port <port>', 'port of the transformer; 0 takes a free one', port, 0)
    .option('--image-codec-port <port>', 'port of the image codec; 0 takes a free one', port, 0)
    .option('--threads <n>', 'threads of each network', wholeNumber(1, 256))
    .option('--diagnostics', 'accept diagnostic fields on internal calls (raw logits, forced ids)', false)
    .option('--verify-full', 'hash all weights before starting', false)
    .addOption(new Option('--log-level <level>', 'least level that is shown').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .option('--drain-seconds <n>', 'longest time Ctrl-C waits for calls that run', wholeNumber(0, 86_400), 600)
    .option('--set <service.NAME=value>', 'a setting of one service (repeatable)', addSetting, {})
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  janus-mesh up\n  janus-mesh up --bundle ./janus-pro-1b --port 8000 --threads 8\n  janus-mesh up --set transformer.SLOTS=4 --set orchestrator.MAX_SAMPLES=4\n'
    )
    .action(runUp);
}

/** The bundle to serve: the given one, else the embedded one, imported on first use with a progress bar. */
export async function bundleToServe(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const bar = progressBar('importing tiny-shapes');
  try {
    return await interruptible((signal) =>
      embeddedBundle(embeddedCheckpoint(), readEnvironment().home, { onProgress: bar.update, signal })
    );
  } finally {
    bar.end();
  }
}

async function runUp(options: UpOptions): Promise<void> {
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
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    diagnostics: options.diagnostics,
    logLevel: options.logLevel,
    drainSeconds: options.drainSeconds,
    settings: options.set,
    onLine: (service, line) => process.stdout.write(`${options.json ? line : readableLine(process.stdout, service, line)}\n`)
  });
  announce(mesh, options.json);
  await untilStopped(mesh);
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
    process.stdout.write(`${JSON.stringify({ msg: 'mesh is up', target: mesh.target, ...mesh.tiers })}\n`);
    return;
  }
  const elsewhere = mesh.target === readEnvironment().target ? '' : ` --target ${mesh.target}`;
  process.stdout.write(`\nThe mesh is up at ${mesh.target}. Ctrl-C stops it. In another terminal:\n`);
  process.stdout.write(`  npm run mesh -- draw "a red circle"${elsewhere}\n`);
  process.stdout.write(`  npm run mesh -- describe models/tiny-shapes/pictures/star-above-circle.png${elsewhere}\n\n`);
}

/** Waits for Ctrl-C, SIGTERM or the end of a service, then drains. */
async function untilStopped(mesh: Mesh): Promise<void> {
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
  const ended = await Promise.race([signal, mesh.firstEnd]);
  if (!ended) process.stderr.write('draining: calls that run may finish; Ctrl-C again ends them\n');
  await mesh.stop();
  if (ended) throw new CommandError('service_ended', `${ended.name} ended by itself (exit code ${ended.code}); the rest was stopped`);
}
