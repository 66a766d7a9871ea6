import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@janus-mesh/telemetry';
import type { FlightRecorder } from './engine/flight-recorder.ts';

const STEPS_PER_WRITE = 64;
const NEW_FILE = { flag: 'wx' } as const; // the folder may be one that everybody writes to

/** What a flight file is written from. */
export interface FlightFileOptions {
  /** Made if it is not there. */
  readonly folder: string;
  readonly recorder: FlightRecorder;
  readonly logger: Logger;
}

/** Writes the flight record to a new file: JSON lines, one a step, oldest first. A log line names the file, or says why there is none. */
export class FlightFile {
  readonly #options: FlightFileOptions;

  constructor(options: FlightFileOptions) {
    this.#options = options;
  }

  /** Writes while the service goes on. Never rejects. */
  async write(): Promise<void> {
    const { folder, recorder } = this.#options;
    const file = this.#newPath();
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(file, linesOf(recorder), NEW_FILE);
      this.#tell(file);
    } catch (error) {
      this.#tell(file, error);
    }
  }

  /** Writes at once, for a process that is about to end. Never throws. */
  writeNow(): void {
    const { folder, recorder } = this.#options;
    const file = this.#newPath();
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, [...linesOf(recorder)].join(''), NEW_FILE);
      this.#tell(file);
    } catch (error) {
      this.#tell(file, error);
    }
  }

  #newPath(): string {
    const time = new Date().toISOString().replaceAll(':', '-');
    return join(this.#options.folder, `janus-mesh-flight-${process.pid}-${time}.jsonl`);
  }

  #tell(file: string, error?: unknown): void {
    const { logger } = this.#options;
    if (error === undefined) logger.info({ file }, 'flight record written');
    else logger.error({ file, err: error }, 'the flight record could not be written');
  }
}

// In pieces, so that a running engine is not held up.
function* linesOf(recorder: FlightRecorder): Generator<string, void, undefined> {
  let lines = '';
  let steps = 0;
  for (const step of recorder.last()) {
    lines += `${JSON.stringify(step)}\n`;
    if (++steps % STEPS_PER_WRITE > 0) continue;
    yield lines;
    lines = '';
  }
  yield lines;
}
