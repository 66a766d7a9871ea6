import { setTimeout as sleep } from 'node:timers/promises';
import type { MeshClient } from '@janus-mesh/client';
import type { Command } from 'commander';
import { jsonLine } from '../json-line.ts';
import { atOnce, openMesh } from '../mesh/open-mesh.ts';
import { type CallOptions, jsonOption, targetOption } from '../options.ts';
import { explain } from '../report.ts';
import { LiveArea } from '../terminal/live-area.ts';
import { style } from '../terminal/style.ts';
import { untilQuit } from '../terminal/until-quit.ts';
import type { Snapshot } from '../top/rates.ts';
import { table } from '../top/table.ts';

interface TopOptions extends CallOptions {
  once: boolean;
}

const REFRESH_MS = 1000;
/** Time between the two looks that make one snapshot with rates. */
const LOOK_MS = 500;

/** `top`: all tiers and replicas as a table that lives. */
export function addTop(program: Command): void {
  program
    .command('top')
    .description('watch all tiers and replicas: queues, running rows, KV cache, steps, caches, memory')
    .option('--once', 'show one snapshot and end; so it is too where stdout is no terminal', false)
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Refreshes every second; q or Ctrl-C ends. With --json one object a second, with --json --once one.
STEPS/S and TOK/STEP are of the last second, CACHE is the share of picture features found since the start.

Examples:
  janus-mesh top
  janus-mesh top --once
  janus-mesh top --json --once | jq '.tiers[].replicas[].queued'
`
    )
    .action(runTop);
}

async function runTop(options: TopOptions): Promise<void> {
  const mesh = openMesh(options.target);
  const quit = untilQuit();
  try {
    if (options.json) await writeJson(mesh, options, quit.signal);
    else if (options.once || !process.stdout.isTTY) await showOnce(mesh, options);
    else await showLive(mesh, options, quit.signal);
  } finally {
    quit.end();
    mesh.close();
  }
}

async function look(mesh: MeshClient, target: string, signal?: AbortSignal): Promise<Snapshot> {
  const status = await atOnce(target, ({ deadline }) => mesh.getStatus({ deadline, signal }));
  return { status, at: performance.now() };
}

async function showOnce(mesh: MeshClient, { target }: TopOptions): Promise<void> {
  const before = await look(mesh, target);
  await sleep(LOOK_MS);
  const now = await look(mesh, target);
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  process.stdout.write(`${table(now, { stream: process.stdout, target, width, before }).join('\n')}\n`);
}

async function writeJson(mesh: MeshClient, { once, target }: TopOptions, signal: AbortSignal): Promise<void> {
  for (; !signal.aborted; await pause(signal)) {
    const { status } = await look(mesh, target);
    process.stdout.write(jsonLine({ time: new Date().toISOString(), ...status }));
    if (once) return;
  }
}

/** A mesh that goes away meanwhile is waited for: that is when one wants to watch. One that was never there is an error. */
async function showLive(mesh: MeshClient, { target }: TopOptions, signal: AbortSignal): Promise<void> {
  const { stdout } = process;
  const area = new LiveArea(stdout);
  let before: Snapshot | undefined;
  stdout.write('\x1b[?25l'); // the cursor would jump about
  try {
    for (; !signal.aborted; await pause(signal)) {
      try {
        const now = await look(mesh, target, signal);
        const lines = table(now, { stream: stdout, target, width: stdout.columns, before });
        area.draw(lines.slice(0, stdout.rows - 1));
        before = now;
      } catch (error) {
        if (signal.aborted) break;
        if (before === undefined) throw error;
        const { message } = explain(error, target);
        area.draw([style(stdout, 'red', message.slice(0, stdout.columns)), 'Waiting for it; q ends.']);
      }
    }
  } finally {
    area.end();
    stdout.write('\x1b[?25h');
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(REFRESH_MS, undefined, { signal }).catch(() => undefined); // only the signal ends it early
}
