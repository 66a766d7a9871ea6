import { z } from 'zod';

/** A value of a variable, read from its text. */
export type Setting<T> = z.ZodType<T, string | undefined>;

interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
}

/** A whole number, e.g. `256`. */
export function integer({ min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, default: preset }: Range = {}): Setting<number> {
  return setting(`an integer ${rangeText(min, max)}`, preset, (text) =>
    /^-?\d+$/.test(text) ? within(Number(text), min, max) : undefined
  );
}

/** A number, e.g. `0.5`. */
export function decimal({ min = -Number.MAX_VALUE, max = Number.MAX_VALUE, default: preset }: Range = {}): Setting<number> {
  const isNumber = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  return setting(`a number ${rangeText(min, max)}`, preset, (text) => (isNumber.test(text) ? within(Number(text), min, max) : undefined));
}

/** `true` or `false`, or `1` or `0`. */
export function flag({ default: preset }: { readonly default?: boolean } = {}): Setting<boolean> {
  const values = new Map([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false]
  ]);
  return setting('true or false', preset, (text) => values.get(text));
}

/** One of some words. */
export function choice<const Word extends string>(
  words: readonly Word[],
  { default: preset }: { readonly default?: Word } = {}
): Setting<Word> {
  return setting(`one of ${words.join(', ')}`, preset, (text) => words.find((word) => word === text));
}

/** Any text that is not empty. */
export function text(expected: string, { default: preset }: { readonly default?: string } = {}): Setting<string> {
  return setting(expected, preset, (value) => (value === '' ? undefined : value));
}

/** Where another process listens: `host:port`. */
export function address({ default: preset }: { readonly default?: string } = {}): Setting<string> {
  return setting('an address like 127.0.0.1:50051', preset, (value) => {
    const port = /^.+:(\d{1,5})$/.exec(value)?.[1];
    return port !== undefined && within(Number(port), 1, 65535) !== undefined ? value : undefined;
  });
}

/** Any other setting: `parse` gives undefined for a text that can't be one. */
export function setting<T>(expected: string, preset: T | undefined, parse: (text: string) => T | undefined): Setting<T> {
  const schema = z.string({ error: expected }).transform((value, context): T => {
    const result = parse(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
  return preset === undefined ? schema : schema.default(preset as never);
}

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

function rangeText(min: number, max: number): string {
  const [hasMin, hasMax] = [min > Number.MIN_SAFE_INTEGER, max < Number.MAX_SAFE_INTEGER];
  if (hasMin && hasMax) return `from ${min} to ${max}`;
  if (hasMin) return `of at least ${min}`;
  return hasMax ? `of at most ${max}` : 'of any size';
}
