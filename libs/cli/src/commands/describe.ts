import { readFile } from 'node:fs/promises';
import { connectMesh, picture, userMessage } from '@janus-mesh/client';
import type { Command } from 'commander';
import { type AnswerOptions, addAnswerOptions, answer } from '../answer.ts';
import { type CallOptions, jsonOption, targetOption } from '../options.ts';

/** `describe`: a picture and a question in, an answer out. */
export function addDescribe(program: Command): void {
  const command = program
    .command('describe')
    .description('ask about a picture')
    .argument('<picture>', 'PNG, JPEG or WebP file')
    .argument('[question]', 'what to ask', 'Describe the image.');
  addAnswerOptions(command)
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  janus-mesh describe photo.jpg\n  janus-mesh describe photo.jpg "How many people are there?"\n')
    .action(runDescribe);
}

async function runDescribe(file: string, question: string, options: CallOptions & AnswerOptions): Promise<void> {
  const message = userMessage(picture(await readFile(file)), question);
  const mesh = connectMesh(options.target);
  try {
    await answer(mesh, [message], options);
  } finally {
    mesh.close();
  }
}
