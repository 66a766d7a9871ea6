import { VERSION } from '@janus-mesh/contracts';
import { Command, CommanderError } from 'commander';
import { addChat } from './commands/chat.ts';
import { addDemo } from './commands/demo.ts';
import { addDescribe } from './commands/describe.ts';
import { addDraw } from './commands/draw.ts';
import { addImport } from './commands/import.ts';
import { addModel } from './commands/model.ts';
import { addUp } from './commands/up.ts';
import { readEnvironment } from './env.ts';
import { reportError } from './report.ts';

const program = new Command('janus-mesh')
  .description('Serves Janus and Janus-Pro both ways: pictures and text in, text out; text in, pictures out.')
  .version(VERSION)
  .showHelpAfterError('(add --help for usage)')
  .exitOverride();

for (const add of [addUp, addDescribe, addDraw, addChat, addModel, addImport, addDemo]) add(program);
for (const command of program.commands) command.exitOverride();

// Whoever reads us may have enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

let given: { json?: boolean; target?: string } = {};
program.hook('preAction', (_, command) => {
  given = command.opts();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    reportError(error, { json: given.json ?? false, target: given.target ?? readEnvironment().target });
    process.exitCode = 1;
  }
}
