import { defaultLibraryPath } from './library.ts';
import type { Provider } from './provider.ts';
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
  /**
   * Logical processors, counted from 0, one a thread, that the pool's threads are pinned to. The first is for the thread that calls, which
   * stays free. @default none is pinned
   */
  readonly processors?: readonly number[] | undefined;
  /** Execution provider that networks run on, by its short name. @default cpu */
  readonly provider?: string | undefined;
  /** The provider's own settings, as ONNX Runtime documents them for it. */
  readonly providerOptions?: Readonly<Record<string, string>> | undefined;
  /** @default the library of the package onnxruntime-node */
  readonly libraryPath?: string | undefined;
  /** @default 'fatal': errors are thrown anyway, in the same words */
  readonly logSeverity?: LogSeverity;
  /** Path that begins the names of files in which each session, when it is released, leaves how long each node took. @default none is written */
  readonly profileTo?: string;
}

/** RuntimeOptions, checked and complete. */
export interface RuntimeSettings {
  readonly threads: number;
  readonly spin: boolean;
  readonly libraryPath: string;
  readonly provider: Provider;
  /** Processors of the pool's own threads, as ONNX Runtime takes them (from 1, split by semicolons); empty pins none. */
  readonly affinities: string;
  /** OrtLoggingLevel. */
  readonly logSeverity: number;
  readonly profileTo: string;
}

/** Checks the options and fills in the defaults. @throws {RuntimeError} ARGUMENT */
export function resolveOptions(options: RuntimeOptions): RuntimeSettings {
  const {
    threads,
    spin = true,
    libraryPath,
    logSeverity = 'fatal',
    provider = 'cpu',
    providerOptions = {},
    processors = [],
    profileTo = ''
  } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new RuntimeError('ARGUMENT', `threads must be a whole number from 1, not ${threads}`);
  if (processors.length > 0 && processors.length < threads)
    throw new RuntimeError('ARGUMENT', `${threads} threads can't be pinned to ${processors.length} processors: each takes one`);
  return {
    threads,
    spin,
    libraryPath: libraryPath ?? defaultLibraryPath(),
    provider: { name: provider.toLowerCase(), options: providerOptions },
    affinities: processors
      .slice(1, threads)
      .map((processor) => processor + 1)
      .join(';'),
    logSeverity: LOG_SEVERITIES.indexOf(logSeverity),
    profileTo
  };
}
