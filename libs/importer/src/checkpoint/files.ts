import { access, type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError, type ModelErrorKind } from '@janus-mesh/models';

/** Whether a file is in the folder. */
export async function fileExists(folder: string, fileName: string): Promise<boolean> {
  return await access(join(folder, fileName)).then(
    () => true,
    (error) => {
      if (isAbsence(error)) return false;
      throw error;
    }
  );
}

// Throws missing_file for a file that is not there, and any other error as it is.
function missingFile(folder: string, fileName: string, error: unknown, remark?: string): never {
  if (!isAbsence(error)) throw error;
  throw new ModelError('missing_file', `${fileName} is missing in ${folder}${remark ? `: ${remark}` : ''}`, { cause: error });
}

/**
 * Opens a file that must be there: a folder of that name would fail without saying which, a pipe would never be read to its end.
 *
 * @param remark who asks for it
 * @throws {ModelError} missing_file
 */
export async function openFile(folder: string, fileName: string, remark?: string): Promise<FileHandle> {
  const path = join(folder, fileName);
  const found = await stat(path).catch((error) => missingFile(folder, fileName, error, remark));
  if (!found.isFile()) throw new ModelError('missing_file', `${fileName} in ${folder} is no file`);
  return await open(path);
}

/** The bytes of a file that must be there. @throws {ModelError} missing_file */
export async function readRequired(folder: string, fileName: string): Promise<Buffer> {
  const file = await openFile(folder, fileName);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The bytes of a file, undefined if it is not there. */
export async function readOptional(folder: string, fileName: string): Promise<Buffer | undefined> {
  return (await fileExists(folder, fileName)) ? await readRequired(folder, fileName) : undefined;
}

/** Parses a file's JSON. @throws {ModelError} of that kind, naming the file */
export function parseJson(bytes: Uint8Array, fileName: string, kind: ModelErrorKind): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelError(kind, `${fileName} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
