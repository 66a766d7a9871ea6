import { VERSION } from '@janus-mesh/contracts';
import { escapeControls } from '@janus-mesh/telemetry/escape-controls';
import { Command, CommanderError, Help, type Option } from 'commander';
import { addChat } from './commands/chat.ts';
import { addDemo } from './commands/demo.ts';
import { addDescribe } from './commands/describe.ts';
import { addDraw } from './commands/draw.ts';
import { addImport } from './commands/import.ts';
import { addModel } from './commands/model.ts';
import { addReplay } from './commands/replay.ts';
import { addTop } from './commands/top.ts';
import { addUp } from './commands/up.ts';
import { addVerify } from './commands/verify.ts';
import { readEnvironment } from './env.ts';
import { EXIT_CODES, exitCodeOf } from './exit-code.ts';
import { CommandError, reportError } from './report.ts';

const HELP = `
Examples:
  janus-mesh demo
  janus-mesh up
  janus-mesh describe photo.jpg "What is in the middle?"
  janus-mesh draw "two red hearts" -n 4 --out pictures/
  janus-mesh draw --help

Environment:
  JANUS_MESH_TARGET  address of the mesh where --target is not given
  JANUS_MESH_HOME    where imported bundles of the embedded model are kept

${EXIT_CODES}
`;

const program = new Command('janus-mesh')
  .description('Serves Janus and Janus-Pro both ways: pictures and text in, text out; text in, pictures out.')
  .version(VERSION)
  .addHelpText('after', HELP)
  .configureHelp({
    // "[options]" tells nothing, and takes the room of the descriptions.
    subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
    optionDescription(option: Option) {
      return Help.prototype.optionDescription.call(this, option).replace(/ \(default: (?:false|\{\})\)$/, '');
    }
  })
  // Errors are reported below, all in one form.
  .configureOutput({ outputError: () => {} });

for (const add of [addUp, addDescribe, addDraw, addChat, addTop, addModel, addReplay, addImport, addVerify, addDemo]) add(program);
for (const command of [program, ...program.commands]) command.exitOverride((error) => refuse(error, command));

// A reader that has seen enough, as head, is no fault of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

try {
  await program.parseAsync();
} catch (error) {
  const { target } = program.commands.find((command) => command.name() === program.args[0])?.opts() ?? {};
  const options = { json: process.argv.includes('--json'), target: target ?? readEnvironment().target };
  if (!(error instanceof CommanderError)) reportError(error, options);
  process.exitCode = exitCodeOf(error);
}

function argumentTerm(argument: { name(): string; required: boolean; variadic: boolean }): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** Help and version, which were asked for, are left to end the command; what is wrong in its arguments is an error like others. */
function refuse(error: CommanderError, command: Command): never {
  if (error.exitCode === 0 || error.code === 'commander.help') throw error;
  // What was given may hold codes that a terminal obeys.
  const what = escapeControls(error.message.replace(/^error: /, '').replaceAll('\n', ' ')).replace(/\.$/, '');
  const help = command === program ? 'janus-mesh --help' : `janus-mesh ${command.name()} --help`;
  throw new CommandError('usage', `${what}; see ${help}`);
}
