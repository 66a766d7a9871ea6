import { type Message, Role } from '@janus-mesh/contracts';
import { isBlank } from '@janus-mesh/models';
import type { CaseMessage } from './cases.ts';
import type { Subject } from './subject.ts';

/** What Chat takes: everybody says something, the user last, pictures are the user's, and an empty answer is left open. */
export function isChat(subject: Subject, messages: readonly CaseMessage[]): boolean {
  const [spoken, answer] = [messages.slice(0, -1), messages.at(-1)];
  const last = spoken.at(-1);
  if (!answer || !last || !isBlank(answer.content) || subject.role(answer) !== 'assistant' || subject.role(last) !== 'user') return false;
  const placeholder = subject.config.tokens.imagePlaceholder.text;
  return spoken.every((each) => !isBlank(each.content) && (subject.role(each) === 'user' || !each.content.includes(placeholder)));
}

/** What GenerateImage takes: some text, and no place for a picture in it. */
export function isDrawing(subject: Subject, text: string): boolean {
  return !isBlank(text) && !text.includes(subject.config.tokens.imagePlaceholder.text);
}

/** The golden conversation as the public contract has it: the empty answer at its end goes, placeholders become pictures. */
export function publicMessages(subject: Subject, messages: readonly CaseMessage[], pictures: readonly Uint8Array[]): Message[] {
  const placeholder = subject.config.tokens.imagePlaceholder.text;
  const left = [...pictures];
  return messages.slice(0, -1).map((message) => {
    const texts = message.content.split(placeholder);
    const parts = texts.flatMap((value, at): Message['parts'] => [
      ...(at > 0 ? [{ content: { $case: 'picture' as const, value: { data: left.shift() as Uint8Array } } }] : []),
      ...(value === '' ? [] : [{ content: { $case: 'text' as const, value } }])
    ]);
    return { role: subject.role(message) === 'user' ? Role.ROLE_USER : Role.ROLE_ASSISTANT, parts };
  });
}
