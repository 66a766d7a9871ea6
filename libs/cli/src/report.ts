import { PictureError } from '@janus-mesh/image';
import { ModelError } from '@janus-mesh/models';
import { Code, MeshError } from '@janus-mesh/rpc';
import { style } from './terminal/style.ts';

/** A mistake in how the command was called or in what it was given; the message says what to do. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What the file system says, for people. */
const SYSTEM_ERRORS: Record<string, readonly [kind: string, what: string]> = {
  ENOENT: ['missing_file', 'no such file or folder'],
  EISDIR: ['not_a_file', 'this is a folder, a file is needed'],
  ENOTDIR: ['not_a_folder', 'a part of this path is a file, not a folder'],
  EEXIST: ['not_a_folder', 'this is a file, a folder is needed'],
  EACCES: ['no_permission', 'you may not read or write this'],
  EPERM: ['no_permission', 'you may not read or write this'],
  EROFS: ['no_permission', 'this cannot be written, its disk is read-only'],
  ENOSPC: ['disk_full', 'the disk is full']
};

/** Kind and message of anything thrown: the kind is stable, scripts match on it. */
export function explain(error: unknown, target: string): { kind: string; message: string } {
  if (error instanceof ModelError || error instanceof CommandError || error instanceof PictureError)
    return { kind: error.kind, message: error.message };
  if (error instanceof MeshError) return { kind: error.reason.toLowerCase(), message: advise(error, target) };
  const { code, path } = error as NodeJS.ErrnoException;
  const [kind, what] = SYSTEM_ERRORS[code ?? ''] ?? [];
  if (kind !== undefined) return { kind, message: path === undefined ? `${what}` : `${what}: ${path}` };
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** Writes an error: one line for people, with `--json` one object for machines. */
export function reportError(error: unknown, options: { json: boolean; target: string }): void {
  const explained = explain(error, options.target);
  if (options.json) process.stderr.write(`${JSON.stringify({ error: explained })}\n`);
  else process.stderr.write(`${style(process.stderr, 'red', 'error')}: ${explained.kind}: ${explained.message}\n`);
}

function advise(error: MeshError, target: string): string {
  if (error.code === Code.UNAVAILABLE && error.reason === 'UNAVAILABLE')
    return error.message.startsWith('Name resolution failed')
      ? `the host of ${target} is not known; --target names another one`
      : `no mesh answers at ${target}; start one with: npx janus-mesh up`;
  if (error.violations.length > 0) return error.message;
  const later = error.retryAfterMs === undefined ? '' : `; try again in ${Math.max(1, Math.ceil(error.retryAfterMs / 1000))} s`;
  const look = error.reason === 'TIER_UNAVAILABLE' ? '; janus-mesh top shows what is there' : '';
  return `${error.message}${later}${look}`;
}
