import type { FactoryProvider } from '@nestjs/common';

declare const provided: unique symbol;

/** Names a thing that Nest makes, with its type. */
export type Token<T> = symbol & { readonly [provided]: T };

type Things<Tokens extends readonly Token<unknown>[]> = {
  readonly [Index in keyof Tokens]: Tokens[Index] extends Token<infer T> ? T : never;
};

/** Makes a token; no two are the same. */
export function token<T>(description: string): Token<T> {
  return Symbol(description) as Token<T>;
}

/**
 * Tells Nest how to make a thing from others, without decorators.
 *
 * A thing with `onModuleDestroy()` has it called at the shutdown, after the drain.
 */
export function provide<T, const Tokens extends readonly Token<unknown>[]>(
  made: Token<T>,
  from: Tokens,
  factory: (...things: Things<Tokens>) => T | Promise<T>
): FactoryProvider {
  return { provide: made, inject: [...from], useFactory: factory as FactoryProvider['useFactory'] };
}
