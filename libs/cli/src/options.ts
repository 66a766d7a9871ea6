import { InvalidArgumentError, Option } from 'commander';
import { readEnvironment } from './env.ts';
import { parseTarget } from './target.ts';

/** Options of every command that calls a mesh. */
export interface CallOptions {
  readonly target: string;
  readonly json: boolean;
}

/** `--target`: where the mesh is. */
export function targetOption(): Option {
  return new Option('--target <host:port>', 'address of the mesh').argParser(parseTarget).default(readEnvironment().target);
}

/** `--json`: one JSON object a line on stdout instead of text. */
export function jsonOption(): Option {
  return new Option('--json', 'write JSON lines for machines').default(false);
}

/** Parses a whole number within limits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** Parses a number within limits. */
export function decimalNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most))
      throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
    return value;
  };
}

/** Parses a name of a model: something that shows, on one line. */
export function modelName(text: string): string {
  if (text.trim() === '' || /\p{Cc}/u.test(text)) throw new InvalidArgumentError('Expected a name without control characters.');
  return text;
}

/** Parses a probability: greater than 0, at most 1. */
export function probability(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Expected a number greater than 0 and at most 1.');
  return value;
}

/** Parses a seed: a whole number below 2^64. */
export function seedNumber(text: string): bigint {
  if (!/^\d+$/.test(text) || BigInt(text) >= 2n ** 64n) throw new InvalidArgumentError('Expected a whole number below 2^64.');
  return BigInt(text);
}
