import type { ServiceDefinition } from '../definition.ts';
import { Code } from '../errors/code.ts';
import { unavailable } from '../errors/families.ts';
import { MeshError } from '../errors/mesh-error.ts';
import { homeReplica } from './pick-replica.ts';
import type { Replica } from './replica.ts';
import type { ReplicaSet } from './replica-set.ts';
import { SilenceWatch } from './silence-watch.ts';

/** Why a replica is tried: it is the home of the call's key, its home was busy or away, it was the least busy, or another one failed. */
export type ReplicaReason = 'home' | 'spill' | 'idlest' | 'retry';

/** A call that any replica of a set may take. */
export interface ReplicaCall<Service extends ServiceDefinition, Event> {
  /** Which replica is asked first: see ReplicaSet.choose. */
  readonly key?: string | undefined;
  /** How much the call adds to its replica's load. Default: 1. */
  readonly weight?: number | undefined;
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch: nothing is tried again after it. */
  readonly deadline?: number | undefined;
  /** Makes the call; may be told so again for another replica. The signal must end it. */
  readonly start: (replica: Replica<Service>, signal: AbortSignal) => AsyncIterable<Event>;
  /** Whether an event binds the call to the replica it came from: from there on no other is tried. Default: every event does. */
  readonly binds?: (event: Event) => boolean;
  /** When a replica that sends nothing is taken for lost: after `afterMs` it is asked, and must answer. Default: never. */
  readonly silence?: { readonly afterMs: number; readonly answers: (replica: Replica<Service>) => Promise<boolean> };
  /** What an error means that ends the call. The replica is undefined where there was none to ask. Default: itself. */
  readonly explain?: (error: unknown, replica: Replica<Service> | undefined) => unknown;
  /** Told which replica is tried, and why that one. */
  readonly onAttempt?: (replica: Replica<Service>, reason: ReplicaReason) => void;
  /** Told when another replica is tried. */
  readonly onRetry?: (error: MeshError, from: Replica<Service>, to: Replica<Service>) => void;
}

/**
 * Runs a streamed call on a replica of a set. Until an event binds it, it is tried on another one when its own is away, dies,
 * drains, is not ready, serves another model, or stays silent: each replica once at most, and after a full queue one more
 * in all. A replica that was away is avoided from then on. Leaving the loop early cancels the call.
 *
 * @throws what the call fails with, explained
 */
export async function* callReplica<Service extends ServiceDefinition, Event>(
  set: ReplicaSet<Service>,
  call: ReplicaCall<Service, Event>
): AsyncGenerator<Event, void, undefined> {
  const { key, weight, binds = () => true, explain = (error) => error } = call;
  const tried = new Set<Replica<Service>>();
  await addressesKnown(set);
  // Nothing is awaited between a choice and its attempt, which counts itself: calls that come together see each other.
  let replica = set.choose({ key, weight });
  if (replica === undefined) throw explain(noReplica(set), undefined);
  let worst: Failure<Service> | undefined;
  for (;;) {
    tried.add(replica);
    call.onAttempt?.(replica, reasonFor(replica, set, { key, isRetry: tried.size > 1 }));
    let isBound = false;
    try {
      for await (const event of attempt(replica, call)) {
        isBound ||= binds(event);
        yield event;
      }
      return;
    } catch (error) {
      if (isBound || !isWorthAnother(error, call)) throw explain(error, replica);
      const isSecondFull = isQueueFull(error) && worst !== undefined && isQueueFull(worst.error);
      worst = worseOf(worst, { error, replica });
      const next: Replica<Service> | undefined = isSecondFull ? undefined : set.choose({ key, weight, exclude: tried });
      if (next === undefined) throw explain(worst.error, worst.replica);
      call.onRetry?.(error, replica, next);
      replica = next;
    }
  }
}

function reasonFor<Service extends ServiceDefinition>(
  replica: Replica<Service>,
  set: ReplicaSet<Service>,
  { key, isRetry }: { readonly key: string | undefined; readonly isRetry: boolean }
): ReplicaReason {
  if (isRetry) return 'retry';
  if (key === undefined) return 'idlest';
  return homeReplica(set.replicas, key) === replica ? 'home' : 'spill';
}

async function addressesKnown<Service extends ServiceDefinition>(set: ReplicaSet<Service>): Promise<void> {
  await set.resolved();
  if (set.replicas.length === 0) await set.resolve();
}

async function* attempt<Service extends ServiceDefinition, Event>(
  replica: Replica<Service>,
  { weight, start, signal, silence }: ReplicaCall<Service, Event>
): AsyncGenerator<Event, void, undefined> {
  const lost = new AbortController();
  const rule = silence && { afterMs: silence.afterMs, answers: () => silence.answers(replica) };
  const watch = rule && new SilenceWatch(rule, () => lost.abort());
  const isOver = replica.begin(weight);
  try {
    watch?.begin();
    for await (const event of start(replica, signal ? AbortSignal.any([signal, lost.signal]) : lost.signal)) {
      watch?.end();
      yield event;
      watch?.begin();
    }
  } catch (error) {
    const failure = lost.signal.aborted && !signal?.aborted ? silent(silence?.afterMs, error) : error;
    // Once the caller's signal is aborted, an error may be another part's that ended this call: it says nothing of the replica.
    if (isAway(failure) && !signal?.aborted) replica.avoid(failure.message);
    throw failure;
  } finally {
    watch?.stop();
    isOver();
  }
}

interface Failure<Service extends ServiceDefinition> {
  readonly error: MeshError;
  readonly replica: Replica<Service>;
}

/** Of what several replicas said, what tells the caller most: there is one that is only busy, or one that may come back. */
function worseOf<Service extends ServiceDefinition>(known: Failure<Service> | undefined, next: Failure<Service>): Failure<Service> {
  const weight = ({ error }: Failure<Service>) => (isQueueFull(error) ? 2 : error.code === Code.FAILED_PRECONDITION ? 0 : 1);
  return known === undefined || weight(next) >= weight(known) ? next : known;
}

function isWorthAnother(
  error: unknown,
  { signal, deadline }: { readonly signal?: AbortSignal | undefined; readonly deadline?: number | undefined }
): error is MeshError {
  if (signal?.aborted || (deadline !== undefined && Date.now() >= deadline)) return false;
  return isAway(error) || isQueueFull(error);
}

/** Whether a replica can't do what its service is for. UNIMPLEMENTED: something else listens there. */
function isAway(error: unknown): error is MeshError {
  if (!(error instanceof MeshError)) return false;
  return error.code === Code.UNAVAILABLE || error.code === Code.UNIMPLEMENTED || error.reason === 'REVISION_MISMATCH';
}

function isQueueFull(error: unknown): boolean {
  return error instanceof MeshError && error.code === Code.RESOURCE_EXHAUSTED && error.reason === 'QUEUE_FULL';
}

function silent(afterMs: number | undefined, cause: unknown): MeshError {
  return unavailable('NO_ANSWER', `sent nothing for ${afterMs} ms, and does not answer`, { retryAfterMs: 1_000, cause });
}

function noReplica<Service extends ServiceDefinition>(set: ReplicaSet<Service>): MeshError {
  const why = set.unresolved.map(({ target, reason }) => `${target}: ${reason}`).join('; ');
  return unavailable('NO_REPLICA', `no address is known${why && ` (${why})`}`, { retryAfterMs: 1_000 });
}
