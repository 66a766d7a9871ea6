import { type Message, type Part, Role } from '@janus-mesh/contracts';
import { isBlank } from '@janus-mesh/models';
import type { RequestLimits } from '../limits.ts';
import type { TextCheck } from './text-check.ts';
import type { ValidMessage, ValidPart } from './valid-chat.ts';
import type { Violations } from './violations.ts';

/** What messages are checked against. */
export interface MessageCheck {
  readonly limits: RequestLimits;
  readonly texts: TextCheck;
  /** Whether the bytes of pictures are looked at: they are not where a prompt is only counted. */
  readonly readPictures: boolean;
  readonly violations: Violations;
}

/** Checks a conversation. The result is complete only if nothing was added to the violations. */
export function checkMessages(messages: readonly Message[], check: MessageCheck): ValidMessage[] {
  const { limits, violations } = check;
  const partCount = messages.reduce((sum, message) => sum + message.parts.length, 0);
  if (messages.length === 0) violations.add('messages', 'is empty, at least one message is needed');
  if (messages.length > limits.messages) violations.add('messages', `has ${messages.length} messages, at most ${limits.messages}`);
  if (partCount > limits.parts) violations.add('messages', `has ${partCount} parts, at most ${limits.parts}`);
  if (messages.length > limits.messages || partCount > limits.parts) return [];
  const valid = messages.map((message, index) => checkMessage(message, index, check));
  const last = messages.at(-1);
  if (last?.role === Role.ROLE_ASSISTANT) {
    violations.add(`messages[${messages.length - 1}].role`, "is ROLE_ASSISTANT, the last message must be the user's");
  }
  const pictures = valid.reduce((sum, message) => sum + message.parts.filter((part) => part.kind === 'picture').length, 0);
  if (pictures > limits.pictures) violations.add('messages', `has ${pictures} pictures, at most ${limits.pictures}`);
  return valid;
}

function checkMessage(message: Message, index: number, check: MessageCheck): ValidMessage {
  const path = `messages[${index}]`;
  const role = checkRole(message.role, path, check.violations);
  const parts: ValidPart[] = [];
  let before = '';
  for (const [partIndex, part] of message.parts.entries()) {
    const field = `${path}.parts[${partIndex}]`;
    const valid = checkPart(part, field, role, check);
    before = valid?.kind === 'text' ? check.texts.check(`${field}.text`, valid.text, before) : '';
    if (valid !== undefined) parts.push(valid);
  }
  const hasPicture = message.parts.some((part) => part.content?.$case === 'picture');
  if (message.parts.length === 0) check.violations.add(`${path}.parts`, 'is empty, a message needs text or a picture');
  else if (!hasPicture && parts.length === message.parts.length && isBlank(joinTexts(parts))) {
    check.violations.add(`${path}.parts`, 'has only blank text');
  }
  return { role, parts };
}

function checkRole(role: number, path: string, violations: Violations): 'user' | 'assistant' {
  if (role === Role.ROLE_ASSISTANT) return 'assistant';
  if (role !== Role.ROLE_USER) violations.add(`${path}.role`, `is ${role}, must be ROLE_USER (1) or ROLE_ASSISTANT (2)`);
  return 'user';
}

function checkPart(part: Part, field: string, role: 'user' | 'assistant', check: MessageCheck): ValidPart | undefined {
  const { limits, violations } = check;
  if (part.content === undefined) {
    violations.add(field, 'is empty, must be text or a picture');
    return undefined;
  }
  if (part.content.$case === 'text') return { kind: 'text', text: part.content.value };
  const { data } = part.content.value;
  if (role === 'assistant') violations.add(`${field}.picture`, 'is in a message of the assistant, only the user sends pictures');
  if (check.readPictures && data.byteLength === 0) violations.add(`${field}.picture.data`, 'is empty');
  if (data.byteLength > limits.pictureBytes) {
    violations.add(`${field}.picture.data`, `has ${data.byteLength} bytes, at most ${limits.pictureBytes}`);
  }
  return { kind: 'picture', picture: { field: `${field}.picture.data`, data } };
}

function joinTexts(parts: readonly ValidPart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}
