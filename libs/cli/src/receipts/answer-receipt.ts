import type { Answer } from '../answer.ts';
import type { AnswerOptions } from '../answer-options.ts';
import { pictureSha256, type Turn } from '../turn.ts';
import { proofOf } from './proof.ts';
import type { AnswerReceipt, AnswerRequest } from './receipt.ts';
import { pathInReceipt } from './receipt-file.ts';

/**
 * The receipt of an answer that was finished.
 *
 * @param file that the receipt will be written to
 */
export function answerReceipt(
  turns: readonly Turn[],
  options: AnswerOptions,
  { text, tokenIds, finished }: Answer,
  file: string
): AnswerReceipt {
  const { system, stop, rawOrientation, literalSpecials } = options;
  const request: AnswerRequest = { messages: messagesOf(turns, file), systemPrompt: system, stop, rawOrientation, literalSpecials };
  const maxTokens = finished?.receipt?.maxTokens ?? 0;
  return { kind: 'answer', request, maxTokens, ...proofOf(finished?.receipt, tokenIds), text };
}

function messagesOf(turns: readonly Turn[], file: string): AnswerRequest['messages'] {
  return turns.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) =>
      typeof part === 'string' ? { text: part } : { picture: { path: pathInReceipt(file, part.path), sha256: pictureSha256(part) } }
    )
  }));
}
