import { type Message, type Part, Role } from '@janus-mesh/contracts';

/** A picture as a part of a message. @param data a PNG, JPEG or WebP file */
export function picture(data: Uint8Array): Part {
  return { content: { $case: 'picture', value: { data } } };
}

/** A message of the person: texts and pictures in the order they are read. */
export function userMessage(...parts: readonly (string | Part)[]): Message {
  return { role: Role.ROLE_USER, parts: parts.map(toPart) };
}

/** An earlier answer of the model. */
export function assistantMessage(text: string): Message {
  return { role: Role.ROLE_ASSISTANT, parts: [toPart(text)] };
}

function toPart(part: string | Part): Part {
  return typeof part === 'string' ? { content: { $case: 'text', value: part } } : part;
}
