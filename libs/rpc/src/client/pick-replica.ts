import { createHash } from 'node:crypto';

/** A replica as far as the choice goes. */
export interface Candidate {
  readonly address: string;
  /** Weight of the calls that run on it. */
  readonly inFlight: number;
}

/** How far above the mean a replica may be loaded before it takes a call. */
const MOST_OF_MEAN = 1.25;

/**
 * Picks a replica by rendezvous hash with bounded load: calls with one key go to one replica while that carries, without
 * this call, at most 1.25 times what all would carry on average with it, else to the next in the key's own order. When
 * replicas come and go, only the keys of those move. Without a key, the least busy is picked, any of equals.
 *
 * @param weight of this call, in the unit of `inFlight`
 * @returns undefined only where there are none
 */
export function pickReplica<Replica extends Candidate>(
  replicas: readonly Replica[],
  key: string | undefined,
  weight = 1
): Replica | undefined {
  if (key === undefined) return leastBusy(replicas);
  const running = replicas.reduce((sum, { inFlight }) => sum + inFlight, 0);
  const most = (MOST_OF_MEAN * (running + weight)) / replicas.length;
  return inOrderOf(key, replicas).find(({ inFlight }) => inFlight <= most);
}

/** The replica that a key's calls go to as long as its load allows. */
export function homeReplica<Replica extends Candidate>(replicas: readonly Replica[], key: string): Replica | undefined {
  return inOrderOf(key, replicas)[0];
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
