import { accessSync, constants, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CommandError } from './report.ts';

/**
 * Makes a folder and those above it. Unlike Node's own recursive mkdir it also ends where the system takes no folders, as below /proc.
 */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) makeFolder(parent);
  mkdirSync(path);
}

/**
 * Makes sure, before the work whose result goes there, that a file can be written: its name is no folder's, and the nearest folder above
 * it that is there takes files.
 *
 * @param option that named the file, for the message
 * @throws {CommandError} not_a_file, not_a_folder, no_permission
 */
export function requireWritable(file: string, option: string): void {
  const found = statsOf(file);
  if (found?.isDirectory()) throw new CommandError('not_a_file', `${option} ${file} is a folder, a file's name is needed`);
  let folder = found === undefined ? dirname(resolve(file)) : resolve(file);
  while (statsOf(folder) === undefined && folder !== dirname(folder)) folder = dirname(folder);
  if (found === undefined && !statsOf(folder)?.isDirectory()) {
    throw new CommandError('not_a_folder', `${option}: ${folder} is a file, a folder is needed`);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new CommandError('no_permission', `${option}: you may not write to ${folder}`);
  }
}

/**
 * Makes sure that a folder is there.
 *
 * @param what it is, for the message
 * @throws {CommandError} missing_file, not_a_folder
 */
export function requireFolder(path: string, what: string): void {
  const found = statsOf(path);
  if (found === undefined) throw new CommandError('missing_file', `${what} ${path}: there is no such folder`);
  if (!found.isDirectory()) throw new CommandError('not_a_folder', `${what} ${path} is a file, a folder is needed`);
}

/** What lies at a path; undefined for nothing, and below a file. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
