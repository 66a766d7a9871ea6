import { escapeControls } from '@janus-mesh/telemetry/escape-controls';
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
 * that is not JSON is shown as it is behind the service's name. What callers wrote stands in some fields: control characters are escaped,
 * so that none of them moves the cursor or begins a line of its own.
 */
export function readableLine(stream: NodeJS.WriteStream, label: string, line: string): string {
  const tag = style(stream, 'cyan', label.padEnd(14));
  const fields = parse(line);
  if (!fields) return `${' '.repeat(12)} ${tag} ${escapeControls(line)}`;
  const level = LEVELS[String(fields.level)] ?? { name: String(fields.level), format: 'white' as const };
  const time = timeOf(fields.time);
  const rest = Object.entries(fields)
    .filter(([name]) => !USUAL.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' ');
  const message = escapeControls(String(fields.msg ?? ''));
  return `${style(stream, 'gray', time)} ${tag} ${style(stream, level.format, level.name)} ${message} ${style(stream, 'gray', escapeControls(rest))}`.trimEnd();
}

/** The same line for machines: JSON with the service's label; a line that is not JSON becomes a message. */
export function machineLine(label: string, line: string): string {
  return JSON.stringify({ label, ...(parse(line) ?? { msg: line }) });
}

/** Time of day to the millisecond; as much room where a line has none. */
function timeOf(time: unknown): string {
  const date = new Date(typeof time === 'number' || typeof time === 'string' ? time : Number.NaN);
  return Number.isNaN(date.getTime()) ? ' '.repeat(12) : date.toISOString().slice(11, 23);
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
