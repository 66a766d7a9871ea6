import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { exitCodeOf } from './exit-code.ts';
import { CommandError } from './report.ts';

test.each([
  [new CommanderError(0, 'commander.version', ''), 0],
  [new CommanderError(1, 'commander.help', ''), 2],
  [new CommandError('usage', ''), 2],
  [new CommandError('interrupted', ''), 130],
  [new CommandError('mesh_lost', ''), 1],
  [new Error('anything else'), 1]
])('%s ends the command with %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
