import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { assistantMessage, connectMesh, type MeshClient, picture, userMessage } from '@janus-mesh/client';
import type { Message } from '@janus-mesh/contracts';
import type { Command } from 'commander';
import { type AnswerOptions, addAnswerOptions, answer } from '../answer.ts';
import { type CallOptions, jsonOption, targetOption } from '../options.ts';
import { reportError } from '../report.ts';

const HELP = '/image <path> adds a picture to your next message, /clear starts over, /quit ends';

/** `chat`: a conversation over several turns. */
export function addChat(program: Command): void {
  addAnswerOptions(program.command('chat').description('talk with the model, over several turns and with pictures'))
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText('after', `\nInside: ${HELP}. Ctrl-C stops an answer; at the prompt it ends the program.\n`)
    .action(runChat);
}

async function runChat(options: CallOptions & AnswerOptions): Promise<void> {
  const mesh = connectMesh(options.target);
  const conversation = new Conversation(mesh, options);
  const lines = createInterface({ input: process.stdin, output: process.stderr, prompt: '› ', terminal: process.stdin.isTTY === true });
  let isOpen = true;
  lines.once('close', () => {
    isOpen = false;
  });
  // Input may end while an answer is given: a closed line editor can't be asked for more.
  const prompt = () => {
    if (isOpen && process.stdin.isTTY) lines.prompt();
  };
  lines.on('SIGINT', () => {
    if (!conversation.stop()) lines.close();
  });
  if (process.stdin.isTTY) process.stderr.write(`${HELP}\n`);
  prompt();
  try {
    for await (const line of lines) {
      if (line.trim() === '/quit') break;
      await conversation.say(line.trim()).catch((error) => reportError(error, options));
      prompt();
    }
  } finally {
    lines.close();
    mesh.close();
  }
}

/** What was said so far, and the answer that is being given. */
class Conversation {
  readonly #mesh: MeshClient;
  readonly #options: CallOptions & AnswerOptions;
  #messages: Message[] = [];
  #pictures: Uint8Array[] = [];
  #running: AbortController | undefined;

  constructor(mesh: MeshClient, options: CallOptions & AnswerOptions) {
    this.#mesh = mesh;
    this.#options = options;
  }

  /** Does what a line asks for: a command, or a message that is answered. */
  async say(line: string): Promise<void> {
    if (line === '') return;
    if (line === '/clear') {
      this.#messages = [];
      this.#pictures = [];
      return;
    }
    if (line.startsWith('/image ')) {
      this.#pictures.push(await readFile(line.slice('/image '.length).trim()));
      return;
    }
    if (line.startsWith('/')) {
      process.stderr.write(`${HELP}\n`);
      return;
    }
    await this.#ask(line);
  }

  /** Stops the answer that is being given. @returns whether there was one */
  stop(): boolean {
    this.#running?.abort();
    return this.#running !== undefined;
  }

  async #ask(line: string): Promise<void> {
    const asked = [...this.#messages, userMessage(...this.#pictures.map(picture), line)];
    this.#running = new AbortController();
    const { signal } = this.#running;
    try {
      const text = await answer(this.#mesh, asked, this.#options, signal);
      this.#messages = [...asked, assistantMessage(text)];
      this.#pictures = [];
    } catch (error) {
      if (!signal.aborted) throw error;
      process.stderr.write('\n(stopped)\n');
    } finally {
      this.#running = undefined;
    }
  }
}
