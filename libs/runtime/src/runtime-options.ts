import { defaultLibraryPath } from './library.ts';
import { RuntimeError } from './runtime-error.ts';

const LOG_SEVERITIES = ['verbose', 'info', 'warning', 'error', 'fatal'] as const; // in ONNX Runtime's order, from 0

/** From which severity on ONNX Runtime writes lines of its own to stderr. */
export type LogSeverity = (typeof LOG_SEVERITIES)[number];

/** How ONNX Runtime is opened. */
export interface RuntimeOptions {
  /** Threads of the one pool all sessions share, the calling one included. */
  readonly threads: number;
  /** Whether idle threads spin for a moment before they sleep: faster alone, slower beside another busy process. @default true */
  readonly spin?: boolean;
  /** @default the library of the package onnxruntime-node */
  readonly libraryPath?: string;
  /** @default 'fatal': errors are thrown anyway, in the same words */
  readonly logSeverity?: LogSeverity;
}

/** RuntimeOptions, checked and complete. */
export interface RuntimeSettings {
  readonly threads: number;
  readonly spin: boolean;
  readonly libraryPath: string;
  /** OrtLoggingLevel. */
  readonly logSeverity: number;
}

/** Checks the options and fills in the defaults. @throws {RuntimeError} ARGUMENT */
export function resolveOptions({ threads, spin = true, libraryPath, logSeverity = 'fatal' }: RuntimeOptions): RuntimeSettings {
  if (!Number.isInteger(threads) || threads < 1)
    throw new RuntimeError('ARGUMENT', `threads must be a whole number from 1, not ${threads}`);
  const severity = LOG_SEVERITIES.indexOf(logSeverity);
  return { threads, spin, libraryPath: libraryPath ?? defaultLibraryPath(), logSeverity: severity };
}
