import { randomUUID } from 'node:crypto';

/** Metadata key of the request id, both ways. */
export const requestIdKey = 'x-request-id';
/** Metadata key of the caller's name. */
export const callerKey = 'x-caller-id';

const printable = /^[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?$/;

/** Whether a text can be a request id or a caller's name: 1 to 128 printable ASCII characters, no space at the ends. */
export function isPrintableId(text: string | undefined): text is string {
  return text !== undefined && printable.test(text);
}

/** The caller's request id where it can be one, else a new UUID. */
export function acceptRequestId(given: string | undefined): string {
  return isPrintableId(given) ? given : randomUUID();
}
