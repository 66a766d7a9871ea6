import pino from 'pino';
import { prettyStream } from './pretty-stream.ts';

export type Logger = pino.Logger;

/** Levels of detail, the quietest last. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  /** Name of the service, on every line. */
  readonly service: string;
  /** Least severe level that is written. Default: info. */
  readonly level?: LogLevel;
  /** One readable line instead of JSON. Default: false. */
  readonly pretty?: boolean;
  /** Where lines go. Default: standard output, written at once, so that no line is lost when the process ends. */
  readonly destination?: { write(line: string): void };
}

/** Makes a logger that writes one JSON object a line: level (pino's number), time (ISO 8601), service, msg, fields. */
export function createLogger({ service, level = 'info', pretty = false, destination }: LoggerOptions): Logger {
  const out = destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime
    },
    pretty ? prettyStream(out) : out
  );
}
