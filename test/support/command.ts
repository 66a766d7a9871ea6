import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** JavaScript file of the command. */
export const COMMAND = resolve(import.meta.dirname, '../../dist/janus-mesh.js');

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `janus-mesh` to its end, with some input on stdin, in a folder. */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
  folder = process.cwd()
): Promise<Ended> {
  return new Promise((settle) => {
    const child = execFile(
      process.execPath,
      [COMMAND, ...args],
      { cwd: folder, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        settle({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr });
      }
    );
    child.stdin?.end(input);
  });
}

/** A `janus-mesh up` that runs. */
export interface Up {
  readonly process: ChildProcess;
  /** Address of the mesh. */
  readonly target: string;
  readonly ended: Promise<number | null>;
}

/** Starts `janus-mesh up --json` and waits until the mesh is up. */
export async function startUp(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Up> {
  const child = spawn(process.execPath, [COMMAND, 'up', '--json', '--port', '0', ...args], { env: { ...process.env, ...env } });
  const ended = new Promise<number | null>((settle) => child.once('exit', settle));
  const said: string[] = [];
  child.stderr?.on('data', (chunk) => said.push(String(chunk)));
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, target } = JSON.parse(line) as { msg?: string; target?: string };
    if (msg !== 'mesh is up') continue;
    child.stdout?.resume();
    return { process: child, target: target as string, ended };
  }
  throw new Error(`up ended with ${await ended}: ${said.join('')}`);
}

/** Processes started by another one that still run. Linux only. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await new Promise<{ stdout: string }>((settle) =>
    execFile('ps', ['-o', 'pid=', '--ppid', String(pid)], (_, stdout) => settle({ stdout }))
  );
  return stdout
    .split('\n')
    .map(Number)
    .filter((child) => child > 0 && isAlive(child));
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
