import { VERSION } from '@janus-mesh/contracts';
import { Command, CommanderError } from 'commander';
import { addChat } from './commands/chat.ts';
import { addDemo } from './commands/demo.ts';
import { addDescribe } from './commands/describe.ts';
import { addDraw } from './commands/draw.ts';
import { addImport } from './commands/import.ts';
import { addModel } from './commands/model.ts';
import { addReplay } from './commands/replay.ts';
import { addTop } from './commands/top.ts';
import { addUp } from './commands/up.ts';
import { readEnvironment } from './env.ts';
import { reportError } from './report.ts';

const program = new Command('janus-mesh')
  .description('Serves Janus and Janus-Pro both ways: pictures and text in, text out; text in, pictures out.')
  .version(VERSION)
  .showHelpAfterError('(add --help for usage)')
  .exitOverride();

for (const add of [addUp, addDescribe, addDraw, addChat, addTop, addModel, addReplay, addImport, addDemo]) add(program);
for (const command of program.commands) command.exitOverride();

// A reader that has seen enough, as head, is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    const target = process.argv.includes('--target')
      ? (process.argv[process.argv.indexOf('--target') + 1] ?? '')
      : readEnvironment().target;
    reportError(error, { json: process.argv.includes('--json'), target });
    process.exitCode = 1;
  }
}
