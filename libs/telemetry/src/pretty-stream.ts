interface Line {
  readonly time: string;
  readonly level: string;
  readonly service: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

/** Turns JSON log lines into `12:34:56.789 info  service message key=value` before they are written to `out`. */
export function prettyStream(out: { write(line: string): void }): { write(line: string): void } {
  return {
    write(json) {
      const { time, level, service, message = '', ...fields } = JSON.parse(json) as Line;
      const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      out.write(`${time.slice(11, 23)} ${level.padEnd(5)} ${service} ${message}${rest.join('')}\n`);
    }
  };
}
