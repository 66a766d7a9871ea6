import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Folder the project lies in: the nearest one above this file that holds the embedded models.
 *
 * @throws {Error} if there is none
 */
export function projectFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'models', 'tiny-shapes', 'config.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('the embedded models are missing: no folder models/tiny-shapes beside the program');
  }
}

/** Folder of an embedded checkpoint. */
export function embeddedCheckpoint(name = 'tiny-shapes'): string {
  return join(projectFolder(), 'models', name);
}
