import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CommandError } from '../report.ts';

/** Which service, in the order they are started. */
export type ServiceName = 'vision-encoder' | 'image-codec' | 'transformer' | 'orchestrator';

/** How a service is started. */
export interface ServiceOptions {
  readonly name: ServiceName;
  /** Which of the service's replicas this is, from 0. */
  readonly replica: number;
  /** JavaScript file of the service. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gets each line the service writes. */
  readonly onLine: (label: string, line: string) => void;
}

/** A service running as a process of its own. It ends itself if this process goes away. */
export class ServiceProcess {
  readonly name: ServiceName;
  /** The service's name, from the second replica on with a number: transformer, transformer-2. */
  readonly label: string;
  /** Settles when the process has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What it was started with. */
  readonly options: ServiceOptions;
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];

  constructor(options: ServiceOptions) {
    this.options = options;
    this.name = options.name;
    this.label = options.replica === 0 ? options.name : `${options.name}-${options.replica + 1}`;
    const env = { ...options.env, JANUS_MESH_EXIT_WITH_PARENT: '1' };
    // A process group of its own: Ctrl-C reaches only us, and we drain the services in order.
    // Services are bundles: they need none of the flags this process was started with, such as a TypeScript loader.
    this.#child = fork(options.file, [], { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lastLines.push(line);
        if (this.#lastLines.length > 20) this.#lastLines.shift();
        options.onLine(this.label, line);
      });
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Waits until the service listens and is ready.
   *
   * @returns its port
   * @throws {CommandError} with the service's own error if it ends before
   */
  async ready(): Promise<number> {
    let port = 0;
    const ready = new Promise<number>((resolve) => {
      this.#child.on('message', (message: { type?: string; port?: number }) => {
        if (message.type === 'listening') port = message.port ?? 0;
        if (message.type === 'ready') resolve(port);
      });
    });
    const failed = this.ended.then(({ code, signal }) => {
      throw new CommandError(
        'start_failed',
        `${this.label} ended (${signal ?? `exit code ${code}`}) before it was ready: ${this.#reason()}`
      );
    });
    failed.catch(() => undefined); // reported by whoever waits for `ended` once it was ready
    return await Promise.race([ready, failed]);
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** What the service said when it failed, as one line: its error, else its last lines. */
  #reason(): string {
    const prefix = `error: ${this.name}: `;
    const from = this.#lastLines.findIndex((line) => line.startsWith(prefix));
    const [first = '', ...rest] = from < 0 ? this.#lastLines : this.#lastLines.slice(from);
    return [from < 0 ? first : first.slice(prefix.length), ...rest]
      .map((line) => line.trim())
      .join('; ')
      .replace(':; ', ': ');
  }

  /** Asks the service to drain (SIGTERM); kills it after the limit. */
  async stop(limitMs: number): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), limitMs);
    await this.ended;
    clearTimeout(timer);
  }
}
