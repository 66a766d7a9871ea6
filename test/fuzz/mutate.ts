/** Random numbers in [0, 1). */
export type Random = () => number;

/** Something changed at random, and how. */
export interface Mutant {
  readonly bytes: Uint8Array;
  /** The mutations in order, e.g. `flip 3 bits, cut to 17`. */
  readonly how: string;
}

type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => [bytes: Uint8Array, how: string];

const below = (random: Random, limit: number) => Math.floor(random() * limit);

const MUTATIONS: readonly Mutation[] = [flipBits, setBytes, truncate, duplicate, remove, insert, splice, extremes];

/** Changes bytes in one to four ways. @param others what pieces may be taken from */
export function mutate(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Mutant {
  const hows: string[] = [];
  let mutant = bytes;
  for (let left = 1 + below(random, 4); left > 0; left--) {
    const mutation = MUTATIONS[below(random, MUTATIONS.length)] as Mutation;
    const [changed, how] = mutation(mutant, random, others);
    mutant = changed;
    hows.push(how);
  }
  return { bytes: mutant, how: hows.join(', ') };
}

function flipBits(bytes: Uint8Array, random: Random): [Uint8Array, string] {
  const copy = bytes.slice();
  const count = 1 + below(random, 8);
  for (let left = count; left > 0 && copy.length > 0; left--) {
    const at = below(random, copy.length);
    copy[at] = (copy[at] as number) ^ (1 << below(random, 8));
  }
  return [copy, `flip ${count} bits`];
}

function setBytes(bytes: Uint8Array, random: Random): [Uint8Array, string] {
  const copy = bytes.slice();
  const [from, to] = range(bytes, random, 16);
  for (let at = from; at < to; at++) copy[at] = below(random, 256);
  return [copy, `noise at ${from} to ${to}`];
}

function truncate(bytes: Uint8Array, random: Random): [Uint8Array, string] {
  const length = below(random, bytes.length + 1);
  return [bytes.slice(0, length), `cut to ${length}`];
}

function duplicate(bytes: Uint8Array, random: Random): [Uint8Array, string] {
  const [from, to] = range(bytes, random, 4096);
  return [joined(bytes.subarray(0, to), bytes.subarray(from)), `twice ${from} to ${to}`];
}

function remove(bytes: Uint8Array, random: Random): [Uint8Array, string] {
  const [from, to] = range(bytes, random, 64);
  return [joined(bytes.subarray(0, from), bytes.subarray(to)), `without ${from} to ${to}`];
}

function insert(bytes: Uint8Array, random: Random): [Uint8Array, string] {
  const at = below(random, bytes.length + 1);
  const noise = Uint8Array.from({ length: 1 + below(random, 32) }, () => below(random, 256));
  return [joined(bytes.subarray(0, at), noise, bytes.subarray(at)), `${noise.length} bytes more at ${at}`];
}

function splice(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): [Uint8Array, string] {
  const other = others[below(random, others.length)] ?? bytes;
  const [from, to] = range(other, random, 4096);
  const at = below(random, bytes.length + 1);
  return [joined(bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at)), `a piece of ${to - from} of another at ${at}`];
}

/** Lengths and sizes are where readers trust too much. */
function extremes(bytes: Uint8Array, random: Random): [Uint8Array, string] {
  const copy = bytes.slice();
  const value = [0x00, 0x7f, 0x80, 0xff][below(random, 4)] as number;
  // More often near the start, where headers are.
  const at = Math.floor(random() ** 3 * copy.length);
  const to = Math.min(copy.length, at + (1 << below(random, 4)));
  copy.fill(value, at, to);
  return [copy, `${value} from ${at} to ${to}`];
}

function range(bytes: Uint8Array, random: Random, most: number): [from: number, to: number] {
  const from = below(random, bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + below(random, most))];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
