import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { makeFolder } from '../folders.ts';
import { CommandError } from '../report.ts';
import type { ResultReceipt } from './receipt.ts';

const FORMAT = 'janus-mesh receipt 1';

/** Writes receipts as one JSON file that people can read: lists of ids take one line. */
export function writeReceipts(file: string, results: readonly ResultReceipt[]): void {
  const text = JSON.stringify({ format: FORMAT, results }, null, 2);
  makeFolder(dirname(resolve(file)));
  writeFileSync(file, `${text.replace(/\[\s+(\d+(?:,\s+\d+)*)\s+\]/g, (_, ids: string) => `[${ids.replace(/\s+/g, ' ')}]`)}\n`);
}

/**
 * Reads what {@link writeReceipts} wrote.
 *
 * @throws {CommandError} not_a_receipt; not_a_file for a folder, whose error would not say which
 */
export function readReceipts(file: string): readonly ResultReceipt[] {
  const refuse = (why: string) =>
    new CommandError('not_a_receipt', `${file} ${why}; describe, draw and chat write receipts with --receipt <file>`);
  if (statSync(file).isDirectory()) throw new CommandError('not_a_file', `${file} is a folder, a receipt's file is needed`);
  const found = parse(readFileSync(file, 'utf8'));
  if (found?.format !== FORMAT)
    throw refuse(found?.format === undefined ? 'is no receipt' : `has the format "${found.format}", not "${FORMAT}"`);
  if (!Array.isArray(found.results) || found.results.length === 0) throw refuse('holds no result');
  for (const [index, result] of found.results.entries()) {
    const fault = faultOf(result);
    if (fault !== undefined) throw refuse(`is damaged: results[${index}]${fault}`);
  }
  return found.results as ResultReceipt[];
}

/** A path as a receipt names it: from the receipt's folder, so that both can be moved together. */
export function pathInReceipt(receipt: string, path: string): string {
  return relative(dirname(resolve(receipt)), resolve(path));
}

/** Where a path of a receipt leads. */
export function pathFromReceipt(receipt: string, path: string): string {
  return relative('', resolve(dirname(receipt), path));
}

function parse(text: string): { format?: unknown; results?: unknown } | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What is wrong with the form of a result; the mesh itself checks the request's values. */
function faultOf(result: unknown): string | undefined {
  const { kind, request, revision, sampling, ids, logitHashes, featureHashes } = Object(result);
  if (kind !== 'answer' && kind !== 'drawing') return '.kind must be "answer" or "drawing"';
  if (typeof revision !== 'string') return '.revision must be a text';
  if (!/^\d+$/.test(Object(sampling).seed)) return '.sampling.seed must be a decimal number in quotes';
  for (const [name, list] of Object.entries({ ids, logitHashes, featureHashes }))
    if (!Array.isArray(list)) return `.${name} must be a list`;
  if (!ids.every(Number.isInteger)) return '.ids must be whole numbers';
  if (kind === 'drawing') return typeof Object(request).prompt === 'string' ? undefined : '.request.prompt must be a text';
  return Array.isArray(Object(request).messages) ? faultOfMessages(request.messages) : '.request.messages must be a list';
}

function faultOfMessages(messages: readonly unknown[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    const { role, parts } = Object(message);
    const path = `.request.messages[${index}]`;
    if (role !== 'user' && role !== 'assistant') return `${path}.role must be "user" or "assistant"`;
    if (!Array.isArray(parts)) return `${path}.parts must be a list`;
    for (const part of parts) {
      const { text, picture } = Object(part);
      const isPicture = typeof Object(picture).path === 'string' && typeof Object(picture).sha256 === 'string';
      if (typeof text !== 'string' && !isPicture) return `${path}.parts must hold texts and pictures`;
    }
  }
  return undefined;
}
