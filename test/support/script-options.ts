import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A mistake in how a script was called. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A script's options, as parseArgs takes them. */
type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Parses the options a script was called with, and nothing but options.
 *
 * @throws {UsageError} for what it has not
 */
export function parseOptions<const T extends Options>(options: T) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws {UsageError} if it is no whole number from `least` on */
export function wholeOption(option: string, text: string, least: number): number {
  const value = numberOption(option, text, least);
  if (!Number.isSafeInteger(value)) throw new UsageError(`${option} ${JSON.stringify(text)}: expected a whole number from ${least} on`);
  return value;
}

/** @throws {UsageError} if it is no number from `least` on */
export function numberOption(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw new UsageError(`${option} ${JSON.stringify(text)}: expected a number from ${least} on`);
  return value;
}

/** One of several names. @throws {UsageError} naming those that are allowed */
export function nameOption<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw new UsageError(`${option} ${JSON.stringify(text)}: expected one of ${allowed.join(', ')}`);
  return found;
}

/** Some of several names, with commas between them. @throws {UsageError} naming those that are allowed */
export function namesOption<T extends string>(option: string, text: string, allowed: readonly T[]): T[] {
  return text.split(',').map((name) => nameOption(option, name, allowed));
}

/** What `read` makes of a script's options; a mistake in them ends the script with one line and exit code 2. */
export function orUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`error: usage: ${error.message.replaceAll('\n', ' ')}\n`);
    process.exit(2);
  }
}
