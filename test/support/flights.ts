import type { Head, TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { Client } from '@janus-mesh/rpc';

/** The steps that a group took part in. */
export interface Flight {
  readonly head: Head;
  /** Numbers of the steps that brought pieces of its prompt. */
  readonly prompt: readonly number[];
  /** Numbers of the steps that brought one token a row. */
  readonly tokens: readonly number[];
}

/** What the flight recorder says of each group that has begun since a step, in the order they began. */
export async function flightsSince(client: Client<TransformerServiceDefinition>, since: bigint): Promise<Flight[]> {
  const flights = new Map<bigint, { head: Head; prompt: number[]; tokens: number[] }>();
  const earlier = new Set<bigint>();
  for await (const { steps } of client.getFlightRecord({}))
    for (const { step, groups } of steps)
      for (const { group, head, tokens } of groups) {
        if (step < since) earlier.add(group);
        if (earlier.has(group)) continue;
        const flight = flights.get(group) ?? { head, prompt: [], tokens: [] };
        flights.set(group, flight);
        (tokens.every((count) => count === 1) ? flight.tokens : flight.prompt).push(Number(step));
      }
  return [...flights.values()];
}

/** Steps between one token and the next, the largest of a flight; 1: a token each step. */
export function largestGap({ tokens }: Flight): number {
  return tokens.reduce((largest, step, i) => Math.max(largest, step - (tokens[i - 1] ?? step - 1)), 0);
}
