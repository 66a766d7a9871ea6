import pino from 'pino';
import { escapeControls } from './escape-controls.ts';

interface Line {
  readonly time: string;
  readonly level: number;
  readonly service: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/**
 * Turns JSON log lines into `12:34:56.789 info  service message key=value` before they are written to `out`. Callers' words stand in
 * some of them: control characters are escaped, so that a terminal obeys none.
 */
export function prettyStream(out: { write(line: string): void }): { write(line: string): void } {
  return {
    write(json) {
      const { time, level, service, msg = '', ...fields } = JSON.parse(json) as Line;
      const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      const name = (pino.levels.labels[level] ?? String(level)).padEnd(5);
      out.write(`${time.slice(11, 23)} ${name} ${service} ${escapeControls(`${msg}${rest.join('')}`)}\n`);
    }
  };
}
