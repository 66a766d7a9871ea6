import { createHash } from 'node:crypto';

/** A replica as far as the choice goes. */
export interface Candidate {
  readonly address: string;
  /** Calls that run on it. */
  readonly inFlight: number;
}

/** How far above the mean a replica may be loaded, plus one call. */
const MOST_OF_MEAN = 1.25;

/**
 * Picks a replica by rendezvous hash with bounded load: calls with one key go to one replica while it has, with this call,
 * at most 1.25 times the mean of calls plus one, else to the next in the key's own order. When replicas come and go, only
 * the keys of those move. Without a key, the least busy is picked, any of equals.
 *
 * @returns undefined only where there are none
 */
export function pickReplica<Replica extends Candidate>(replicas: readonly Replica[], key: string | undefined): Replica | undefined {
  if (key === undefined) return leastBusy(replicas);
  const running = replicas.reduce((sum, { inFlight }) => sum + inFlight, 0);
  const most = (MOST_OF_MEAN * (running + 1)) / replicas.length + 1;
  return inOrderOf(key, replicas).find(({ inFlight }) => inFlight + 1 <= most);
}

function inOrderOf<Replica extends Candidate>(key: string, replicas: readonly Replica[]): Replica[] {
  const weighed = replicas.map((replica) => ({ replica, weight: weightOf(key, replica.address) }));
  return weighed.sort((a, b) => b.weight - a.weight).map(({ replica }) => replica);
}

/** A number below 2^48 that only key and address decide. */
function weightOf(key: string, address: string): number {
  return createHash('sha256').update(`${address}\n${key}`).digest().readUIntBE(0, 6);
}

function leastBusy<Replica extends Candidate>(replicas: readonly Replica[]): Replica | undefined {
  const least = Math.min(...replicas.map(({ inFlight }) => inFlight));
  const idle = replicas.filter(({ inFlight }) => inFlight === least);
  return idle[Math.floor(Math.random() * idle.length)];
}
