import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { Code, collectText, type MeshClient, MeshError, picture, userMessage } from '@janus-mesh/client';
import { seededRandom } from '@janus-mesh/tensor/testing';
import { repairPng } from '../support/repair-png.ts';
import type { FuzzCase, FuzzOptions } from './fuzz-case.ts';
import { mutate } from './mutate.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDERS = ['test/goldens/tiny-pro/images', 'libs/image/fixtures/pictures', 'models/tiny-shapes/pictures'];
const FIELD = 'messages[0].parts[0].picture.data';
const REASONS = new Set([
  'NOT_A_PICTURE',
  'UNSUPPORTED_PICTURE_FORMAT',
  'PICTURE_TOO_LARGE',
  'PICTURE_TRUNCATED',
  'PICTURE_CORRUPT',
  'PICTURE_TIMED_OUT'
]);
const LIMIT_MS = 30_000;

/** Asks about mutated pictures. */
export function pictureCases(mesh: MeshClient, { seed, onEnd }: FuzzOptions, count: number): FuzzCase[] {
  const files = FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name)));
  const pictures = files
    .filter((file) => ['.png', '.jpg', '.webp'].includes(extname(file)))
    .map((file) => ({ file: relative(ROOT, file), bytes: new Uint8Array(readFileSync(file)) }));
  const all = pictures.map(({ bytes }) => bytes);
  return Array.from({ length: count }, (_, index) => {
    const random = seededRandom(seed + index);
    const { file, bytes } = pictures[Math.floor(random() * pictures.length)] as (typeof pictures)[number];
    const mutant = mutate(bytes, random, all);
    const isRepaired = file.endsWith('.png') && random() < 0.6;
    return {
      name: `picture ${index}: ${file}, ${mutant.how}${isRepaired ? ', checksums repaired' : ''}`,
      run: () => tryPicture(mesh, isRepaired ? repairPng(mutant.bytes) : mutant.bytes, onEnd)
    };
  });
}

async function tryPicture(mesh: MeshClient, bytes: Uint8Array, onEnd: (how: string) => void): Promise<string | undefined> {
  try {
    await collectText(mesh.chat({ messages: [userMessage(picture(bytes), 'What?')], maxTokens: 2 }, { deadline: Date.now() + LIMIT_MS }));
    onEnd('picture OK');
    return undefined;
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    onEnd(error.reason);
    const { code, codeName, reason, message, violations } = error;
    const isEmpty = bytes.length === 0 && reason === 'INVALID_ARGUMENT';
    if (code !== Code.INVALID_ARGUMENT || !(isEmpty || REASONS.has(reason))) return `ended with ${codeName} ${reason}: ${message}`;
    return violations.every(({ field }) => field === FIELD) ? undefined : `names ${violations.map(({ field }) => field)}, not ${FIELD}`;
  }
}
