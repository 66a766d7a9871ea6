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

/** Kind and message of anything thrown: the kind is stable, scripts match on it. */
export function explain(error: unknown, target: string): { kind: string; message: string } {
  if (error instanceof ModelError || error instanceof CommandError) return { kind: error.kind, message: error.message };
  if (error instanceof MeshError) return { kind: error.reason.toLowerCase(), message: advise(error, target) };
  const system = error as NodeJS.ErrnoException;
  if (system?.code === 'ENOENT') return { kind: 'missing_file', message: `no such file or folder: ${system.path}` };
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** Writes an error: one line for people, with `--json` one object for machines. */
export function reportError(error: unknown, options: { json: boolean; target: string }): void {
  const explained = explain(error, options.target);
  if (options.json) process.stderr.write(`${JSON.stringify({ error: explained })}\n`);
  else process.stderr.write(`${style(process.stderr, 'red', 'error')}: ${explained.kind}: ${explained.message}\n`);
}

function advise(error: MeshError, target: string): string {
  const fields = error.violations.map(({ field, description }) => `\n  ${field}: ${description}`).join('');
  if (error.code === Code.UNAVAILABLE && error.reason === 'UNAVAILABLE')
    return `no mesh answers at ${target}; start one with: janus-mesh up`;
  return `${error.message}${fields}`;
}
