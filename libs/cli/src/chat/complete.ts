import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CHAT_COMMANDS } from './chat-line.ts';

/** Completes commands, and paths behind /image, as readline asks for it. @returns what fits, and the part it replaces */
export function completeChatLine(line: string): [string[], string] {
  const path = /^\/image\s+(.*)$/.exec(line)?.[1];
  if (path !== undefined) return [pathsFrom(path), path];
  return [line.startsWith('/') ? CHAT_COMMANDS.filter((command) => command.startsWith(line)).map((command) => `${command} `) : [], line];
}

function pathsFrom(start: string): string[] {
  const [folder, name] = start.endsWith('/') || start === '' ? [start, ''] : [dirname(start), basename(start)];
  try {
    const entries = readdirSync(folder || '.', { withFileTypes: true }).filter((entry) => entry.name.startsWith(name));
    const prefix = folder === '' || (folder === '.' && !start.startsWith('.')) ? '' : folder;
    return entries.map((entry) => `${join(prefix, entry.name)}${entry.isDirectory() ? '/' : ''}`);
  } catch {
    return []; // a folder that cannot be read completes to nothing
  }
}
