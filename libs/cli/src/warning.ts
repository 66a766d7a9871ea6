import { jsonLine } from './json-line.ts';
import { style } from './terminal/style.ts';

/** Writes a warning to stderr: one line for people, with `--json` one object for machines. */
export function warn(message: string, json: boolean): void {
  process.stderr.write(json ? jsonLine({ warning: message }) : `${style(process.stderr, 'yellow', 'warning')}: ${message}\n`);
}
