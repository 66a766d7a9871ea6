import { style } from '../terminal/style.ts';

const LEVELS: Record<string, { name: string; format: Parameters<typeof style>[1] }> = {
  10: { name: 'trace', format: 'gray' },
  20: { name: 'debug', format: 'gray' },
  30: { name: 'info ', format: 'green' },
  40: { name: 'warn ', format: 'yellow' },
  50: { name: 'error', format: 'red' },
  60: { name: 'fatal', format: 'red' }
};

/** Fields every line has; the rest is shown behind the message. */
const USUAL = new Set(['level', 'time', 'msg', 'service', 'pid', 'hostname', 'v']);

/**
 * Makes a service's log line (JSON) readable: time, service, level, message, then the other fields as `name=value`. A line
 * that is not JSON is shown as it is behind the service's name.
 */
export function readableLine(stream: NodeJS.WriteStream, label: string, line: string): string {
  const tag = style(stream, 'cyan', label.padEnd(14));
  const fields = parse(line);
  if (!fields) return `${' '.repeat(12)} ${tag} ${line}`;
  const level = LEVELS[String(fields.level)] ?? { name: String(fields.level), format: 'white' as const };
  const time = typeof fields.time === 'number' ? new Date(fields.time).toISOString().slice(11, 23) : ' '.repeat(12);
  const rest = Object.entries(fields)
    .filter(([name]) => !USUAL.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' ');
  return `${style(stream, 'gray', time)} ${tag} ${style(stream, level.format, level.name)} ${fields.msg ?? ''} ${style(stream, 'gray', rest)}`.trimEnd();
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    return 'msg' in fields || 'level' in fields ? fields : undefined;
  } catch {
    return undefined;
  }
}
