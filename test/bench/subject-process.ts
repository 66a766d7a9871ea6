import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a subject is started. */
export interface SubjectCommand {
  /** Name in tables: `w8a8`, `pytorch bf16`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a subject says when it is ready: versions of what it runs on, and the cases it can run. */
interface Ready {
  readonly ready: true;
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly string[];
}

interface Answer {
  readonly ms?: number;
  readonly error?: string;
}

/** A subject of the bench in a process of its own: lines of JSON in, lines of JSON out. */
export class SubjectProcess {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly string[];
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /**
   * Starts it and waits until it is ready.
   *
   * @param onNote gets what it writes to stderr, line by line
   * @throws {Error} with its own error if it ends before
   */
  static async start({ name, command, args, env }: SubjectCommand, onNote: (line: string) => void): Promise<SubjectProcess> {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (said.length > 30) said.shift();
      onNote(line);
    });
    const failed = new Promise<never>((_, reject) => child.once('error', (error) => reject(new Error(`${name}: ${error.message}`))));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), failed]);
    if (first.done) throw new Error(`${name} ended before it was ready: ${said.find((line) => /Error/.test(line)) ?? said.at(-1)}`);
    return new SubjectProcess(name, child, lines, JSON.parse(first.value) as Ready);
  }

  private constructor(name: string, child: ChildProcess, lines: AsyncIterator<string>, { versions, cases }: Ready) {
    this.name = name;
    this.versions = versions;
    this.cases = cases;
    this.#child = child;
    this.#lines = lines;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Runs a case once. @returns milliseconds @throws {Error} in the subject's words */
  async once(name: string): Promise<number> {
    this.#child.stdin?.write(`${JSON.stringify({ case: name })}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`${this.name} ended while it ran ${name}${this.#ending()}`);
    const { ms, error } = JSON.parse(line.value) as Answer;
    if (ms === undefined) throw new Error(`${this.name}, ${name}: ${error}`);
    return ms;
  }

  // The system kills what takes more memory than there is.
  #ending(): string {
    const { exitCode, signalCode } = this.#child;
    return signalCode ? ` (${signalCode})` : exitCode === null ? '' : ` (exit code ${exitCode})`;
  }

  /** Closes its input and waits until it has ended. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}
