import type { Command } from 'commander';
import { decimalNumber, probability, seedNumber, wholeNumber } from './options.ts';

/** How an answer is generated and shown. */
export interface AnswerOptions {
  readonly json: boolean;
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly seed?: bigint | undefined;
  readonly system?: string | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly rawOrientation?: boolean | undefined;
  readonly literalSpecials?: boolean | undefined;
  /** File that the answer's receipt is written to. */
  readonly receipt?: string | undefined;
}

/** Adds the options of commands that answer in text. */
export function addAnswerOptions(command: Command): Command {
  return command
    .option('--max-tokens <n>', 'most tokens to generate (default: 512, or what the context leaves)', wholeNumber(1, 2 ** 31))
    .option('--temperature <t>', '0 takes the most likely token (default: 0)', decimalNumber(0, 100))
    .option('--top-k <k>', 'draw among the k most likely tokens', wholeNumber(0, 2 ** 31))
    .option('--top-p <p>', 'draw among the tokens that reach this probability', probability)
    .option('--seed <n>', 'seed of the draw (default: random)', seedNumber)
    .option('--system <text>', "system prompt (default: the model's own; empty: none)")
    .option('--stop <text>', 'end the answer before this text; may be repeated', (text: string, all: string[] = []) => [...all, text])
    .option('--raw-orientation', 'read pictures as they are stored, whatever their EXIF orientation')
    .option('--literal-specials', 'read special tokens spelled in texts as plain text')
    .option('--receipt <file>', 'write what is needed to get the same answer again; see janus-mesh replay');
}
