import { CommanderError } from 'commander';
import { CommandError } from './report.ts';

/** What every command ends with; `--help` shows it. */
export const EXIT_CODES = `Exit codes:
  0    all went well
  1    it failed: the error says why (replay: something differs)
  2    the command was called in a wrong way
  130  stopped by Ctrl-C`;

/** The exit code that an error ends the command with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof CommandError)) return 1;
  if (error.kind === 'usage') return 2;
  return error.kind === 'interrupted' ? 130 : 1;
}
