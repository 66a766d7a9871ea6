import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { type Client, connect } from '@janus-mesh/rpc';
import { expect, onTestFinished } from 'vitest';
import type { ServiceMessage } from '../index.ts';

/** The test service as a process of its own. */
export class ChildService {
  readonly process: ChildProcess;
  readonly messages: ServiceMessage[] = [];
  stdout = '';
  stderr = '';

  constructor(variables: Record<string, string> = {}) {
    this.process = fork(join(import.meta.dirname, 'codec-main.ts'), [], {
      env: variables,
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc']
    });
    this.process.stdout?.on('data', (text) => (this.stdout += text));
    this.process.stderr?.on('data', (text) => (this.stderr += text));
    this.process.on('message', (message) => this.messages.push(message as ServiceMessage));
    onTestFinished(() => void this.process.kill('SIGKILL'));
  }

  /** Log lines so far, parsed. */
  get log(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  /** Waits for a message of the service. */
  async told(type: ServiceMessage['type']): Promise<void> {
    await expect.poll(() => this.messages.map((message) => message.type), { timeout: 10_000 }).toContain(type);
  }

  /** A client of the service, once it listens. */
  async client(): Promise<{ readonly address: string; readonly codec: Client<ImageCodecServiceDefinition> }> {
    await this.told('listening');
    const port = this.messages.find((message) => message.type === 'listening')?.port;
    const { client, close } = connect(ImageCodecServiceDefinition, `127.0.0.1:${port}`);
    onTestFinished(close);
    return { address: `127.0.0.1:${port}`, codec: client };
  }

  /** Waits until the process and its output have ended. @returns exit code, or the signal that ended it */
  async end(): Promise<number | string> {
    const [code, signal] = this.process.exitCode === null ? await once(this.process, 'close') : [this.process.exitCode];
    return code ?? signal;
  }
}
