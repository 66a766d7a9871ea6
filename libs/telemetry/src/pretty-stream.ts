import pino from 'pino';

interface Line {
  readonly time: string;
  readonly level: number;
  readonly service: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Turns JSON log lines into `12:34:56.789 info  service message key=value` before they are written to `out`. */
export function prettyStream(out: { write(line: string): void }): { write(line: string): void } {
  return {
    write(json) {
      const { time, level, service, msg = '', ...fields } = JSON.parse(json) as Line;
      const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      out.write(`${time.slice(11, 23)} ${(pino.levels.labels[level] ?? String(level)).padEnd(5)} ${service} ${msg}${rest.join('')}\n`);
    }
  };
}
