import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { assistantMessage, MeshError, picture, userMessage } from '@janus-mesh/client';
import type { Message } from '@janus-mesh/contracts';
import { CommandError } from './report.ts';

/** A picture and where it was read from. */
export interface PictureFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** One turn of a conversation: texts and pictures in the order they are read. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly (string | PictureFile)[];
}

/** Reads a picture's file. @throws {CommandError} not_a_file for a folder, whose error would not say which */
export async function readPicture(path: string): Promise<PictureFile> {
  if ((await stat(path)).isDirectory()) throw new CommandError('not_a_file', `${path} is a folder, a picture's file is needed`);
  return { path, data: await readFile(path) };
}

/** sha256 of a picture's bytes, hexadecimal. */
export function pictureSha256({ data }: PictureFile): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The conversation as the mesh is asked with it. */
export function toMessages(turns: readonly Turn[]): Message[] {
  return turns.map(({ role, parts }) =>
    role === 'assistant'
      ? assistantMessage(parts.join(''))
      : userMessage(...parts.map((part) => (typeof part === 'string' ? part : picture(part.data))))
  );
}

/** Puts the files' names where the mesh's refusal has only paths into the request. */
export function namePictures(error: unknown, turns: readonly Turn[]): unknown {
  if (!(error instanceof MeshError) || error.violations.length === 0) return error;
  const named = error.violations.map(({ field, description }) => ({ field: pictureOf(field, turns)?.path ?? field, description }));
  const list = named.map(({ field, description }) => `${field}: ${description}`).join('; ');
  const { code, reason, retryAfterMs, metadata, requestId, cause } = error;
  return new MeshError(code, reason, list, { violations: named, retryAfterMs, metadata, requestId, cause });
}

function pictureOf(field: string, turns: readonly Turn[]): PictureFile | undefined {
  const [, turn, part] = /^messages\[(\d+)\]\.parts\[(\d+)\]\.picture/.exec(field) ?? [];
  const found = turns[Number(turn)]?.parts[Number(part)];
  return typeof found === 'string' ? undefined : found;
}
