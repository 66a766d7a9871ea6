import { homedir } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import { decodePicture, PictureError } from '@janus-mesh/image';
import type { Command } from 'commander';
import { type AnswerOptions, addAnswerOptions } from '../answer-options.ts';
import { CHAT_HELP, parseChatLine } from '../chat/chat-line.ts';
import { completeChatLine } from '../chat/complete.ts';
import { Conversation } from '../chat/conversation.ts';
import { requireWritable } from '../folders.ts';
import { atOnce, openMesh } from '../mesh/open-mesh.ts';
import { type CallOptions, jsonOption, targetOption } from '../options.ts';
import { CommandError, reportError } from '../report.ts';
import { style } from '../terminal/style.ts';
import { readPicture } from '../turn.ts';

type ChatOptions = CallOptions & AnswerOptions;

const isInteractive = process.stdin.isTTY === true;

/** `chat`: a conversation over several turns. */
export function addChat(program: Command): void {
  addAnswerOptions(program.command('chat').description('talk with the model, over several turns and with pictures'))
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Inside:
${CHAT_HELP.replace(/^/gm, '  ')}

With --receipt the file holds all answers so far. From a pipe each line is a message.

Examples:
  janus-mesh chat
  janus-mesh chat --system "Answer in one word." --temperature 0.7 --seed 7
  printf '/image cat.png\\nWhat is this?\\n' | janus-mesh chat
`
    )
    .action(runChat);
}

async function runChat(options: ChatOptions): Promise<void> {
  if (options.receipt !== undefined) requireWritable(options.receipt, '--receipt');
  const mesh = openMesh(options.target);
  const conversation = new Conversation(mesh, options);
  const lines = openLines(conversation);
  try {
    if (isInteractive) {
      const { name } = await atOnce(options.target, mesh.getModel);
      tell(`You talk with ${name} at ${options.target}.\n${CHAT_HELP}`);
    }
    lines.prompt();
    for await (const line of lines) {
      if (await isQuit(line, conversation, options)) return;
      lines.prompt();
    }
    if (isInteractive) tell(''); // after Ctrl-D the cursor stands behind the prompt
  } finally {
    lines.close();
    mesh.close();
  }
}

/** Does what a line asks for. @returns whether that is to end */
async function isQuit(line: string, conversation: Conversation, options: ChatOptions): Promise<boolean> {
  try {
    return await follow(line, conversation, options);
  } catch (error) {
    reportError(error, options);
    // A script wants to know; a person has seen it and goes on.
    if (!isInteractive) process.exitCode = 1;
    return false;
  }
}

async function follow(line: string, conversation: Conversation, options: ChatOptions): Promise<boolean> {
  const wanted = parseChatLine(line, homedir());
  switch (wanted.kind) {
    case 'quit':
      return true;
    case 'nothing':
      break;
    case 'help':
      tell(CHAT_HELP);
      break;
    case 'wrong':
      tell(wanted.message);
      break;
    case 'clear':
      conversation.clear();
      tell('(a new conversation)');
      break;
    case 'seed':
      conversation.seed = wanted.seed;
      tell(`(seed ${wanted.seed ?? 'random'}${options.temperature ? '' : '; it has no effect at temperature 0'})`);
      break;
    case 'image':
      await addPicture(wanted.path, conversation);
      break;
    case 'say': {
      const { finished } = await conversation.say(wanted.text);
      if (finished === undefined) tell('(stopped)');
    }
  }
  return false;
}

/** Looks at the picture at once: what is none should be known before a message is written for it. */
async function addPicture(path: string, conversation: Conversation): Promise<void> {
  const picture = await readPicture(path);
  const { width, height } = await decodePicture(picture.data).catch((error) => {
    throw error instanceof PictureError ? new CommandError(error.kind, `${path}: ${error.message}`) : error;
  });
  conversation.addPicture(picture);
  tell(`(${path}, ${width} × ${height}: goes with your next message)`);
}

function openLines(conversation: Conversation): Interface {
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt: isInteractive ? style(process.stderr, 'cyan', '› ') : '',
    completer: completeChatLine,
    terminal: isInteractive
  });
  lines.on('SIGINT', () => {
    if (conversation.stop()) return;
    tell('\n(Ctrl-D or /quit ends)');
    lines.write(null, { ctrl: true, name: 'u' }); // what was typed is dropped
    lines.prompt();
  });
  return lines;
}

function tell(text: string): void {
  process.stderr.write(`${style(process.stderr, 'gray', text)}\n`);
}
