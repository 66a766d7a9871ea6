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

/** What the system says of files, in our words. */
const FILE_ERRORS: Readonly<Record<string, { kind: string; what: string }>> = {
  ENOENT: { kind: 'missing_file', what: 'no such file or folder' },
  EISDIR: { kind: 'not_a_file', what: 'is a folder, not a file' },
  ENOTDIR: { kind: 'not_a_folder', what: 'is a file, not a folder' },
  EEXIST: { kind: 'not_a_folder', what: 'is a file, not a folder' },
  EACCES: { kind: 'not_permitted', what: 'not permitted' },
  EROFS: { kind: 'not_permitted', what: 'the file system is read-only' },
  ENOSPC: { kind: 'disk_full', what: 'no space left on the disk' }
};

/** Kind and message of anything thrown: the kind is stable, scripts match on it. */
export function explain(error: unknown, target: string): { kind: string; message: string } {
  if (error instanceof ModelError || error instanceof CommandError) return { kind: error.kind, message: error.message };
  if (error instanceof MeshError) return { kind: error.reason.toLowerCase(), message: advise(error, target) };
  const { code, path } = error as NodeJS.ErrnoException;
  const file = code === undefined ? undefined : FILE_ERRORS[code];
  if (file && path !== undefined) return { kind: file.kind, message: `${file.what}: ${path}` };
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
    return `no mesh answers at ${target}; start one with: npx janus-mesh up`;
  return error.message;
}
