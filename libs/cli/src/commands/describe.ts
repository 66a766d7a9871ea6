import type { Command } from 'commander';
import { answer } from '../answer.ts';
import { type AnswerOptions, addAnswerOptions } from '../answer-options.ts';
import { requireWritable } from '../folders.ts';
import { interruptible } from '../interruptible.ts';
import { openMesh } from '../mesh/open-mesh.ts';
import { type CallOptions, jsonOption, targetOption } from '../options.ts';
import { answerReceipt } from '../receipts/answer-receipt.ts';
import { writeReceipts } from '../receipts/receipt-file.ts';
import { readPicture, type Turn } from '../turn.ts';

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
    .addHelpText(
      'after',
      `
Examples:
  janus-mesh describe photo.jpg
  janus-mesh describe photo.jpg "How many people are there?" --max-tokens 20
  janus-mesh describe photo.jpg --receipt answer.json && janus-mesh replay answer.json
`
    )
    .action(runDescribe);
}

async function runDescribe(file: string, question: string, options: CallOptions & AnswerOptions): Promise<void> {
  if (options.receipt !== undefined) requireWritable(options.receipt, '--receipt');
  const turns: Turn[] = [{ role: 'user', parts: [await readPicture(file), question] }];
  const mesh = openMesh(options.target);
  try {
    const answered = await interruptible((signal) => answer(mesh, turns, options, signal));
    if (options.receipt !== undefined) writeReceipts(options.receipt, [answerReceipt(turns, options, answered, options.receipt)]);
  } finally {
    mesh.close();
  }
}
