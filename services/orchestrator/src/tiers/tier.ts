import type { NumericsFingerprint, TierInfo } from '@janus-mesh/contracts';
import {
  type CallContext,
  type CallOptions,
  Code,
  callReplica,
  MeshError,
  type Replica,
  type ReplicaReason,
  ReplicaSet,
  type ReplicaSetOptions,
  type ServiceDefinition,
  type UnresolvedTarget,
  unavailable
} from '@janus-mesh/rpc';
import { names } from '@janus-mesh/telemetry';
import { askReplica } from './ask-replica.ts';
import { explainTierError } from './explain-tier-error.ts';
import type { ReplicaCounts, TierKind } from './tier-kind.ts';

/** How often a silent replica is asked before its work is given up: a busy machine may hold up one answer. */
const PROBES = 2;

/** Where a tier is, and what it must serve. */
export interface TierOptions extends ReplicaSetOptions {
  /** `host:port` or `dns:///host:port`, at least one. Nobody has to be there yet. */
  readonly addresses: readonly string[];
  /** Revision of the model. Replicas that serve another are avoided. */
  readonly revision: string;
  /** A replica that sends nothing for so long is asked whether it is there. Default: 10 s. */
  readonly silenceMs?: number;
  /** Told of failovers. Default: nobody is. */
  readonly logger?: CallContext['logger'];
}

/** Work that any replica of a tier may do. */
export interface TierCall<Service extends ServiceDefinition, Event> {
  /** Calls with one key go to one replica, as far as its load allows. Default: to the least busy. */
  readonly key?: string;
  /** How much it adds to a replica's load. Default: 1. */
  readonly weight?: number;
  readonly call: CallOptions;
  /** Makes the call with these options; may be told so again for another replica. */
  readonly start: (replica: Replica<Service>, call: CallOptions) => AsyncIterable<Event>;
  /** Whether an event binds the work to its replica. Default: every event does. */
  readonly binds?: (event: Event) => boolean;
  /** What an error means where the tier's own rules don't fit. Default: undefined, they do. */
  readonly translate?: (error: MeshError) => MeshError | undefined;
}

/** A tier as the orchestrator sees it: its replicas, and what was last heard of them. */
export class Tier<Service extends ServiceDefinition> {
  readonly kind: TierKind<Service>;
  readonly revision: string;
  readonly #set: ReplicaSet<Service>;
  readonly #options: TierOptions;
  readonly #infos = new WeakMap<Replica<Service>, TierInfo>();
  #lastSeen: TierInfo | undefined;

  constructor(kind: TierKind<Service>, options: TierOptions) {
    this.kind = kind;
    this.revision = options.revision;
    this.#options = options;
    this.#set = new ReplicaSet(kind.definition, options.addresses, options);
  }

  get name(): TierKind<Service>['name'] {
    return this.kind.name;
  }

  /** What a replica last said of itself, one of our model if there was one. Undefined while none was ever reached. */
  get lastSeen(): TierInfo | undefined {
    return this.#lastSeen;
  }

  /** Those that are known now. */
  get replicas(): readonly Replica<Service>[] {
    return this.#set.replicas;
  }

  /** Names that have no address. */
  get unresolved(): readonly UnresolvedTarget[] {
    return this.#set.unresolved;
  }

  /** Runs work on a replica, on another one where its own fails before it is bound. @throws what the tier's error means */
  stream<Event>({ call, start, translate, ...rest }: TierCall<Service, Event>): AsyncGenerator<Event, void, undefined> {
    const { silenceMs = 10_000, logger, metrics } = this.#options;
    const { signal, deadline, requestId } = call;
    return callReplica<Service, Event>(this.#set, {
      ...rest,
      signal,
      deadline,
      start: (replica, attempt) => start(replica, { ...call, signal: attempt }),
      silence: { afterMs: silenceMs, answers: (replica) => this.#answers(replica) },
      ...(metrics?.isOn && { onAttempt: (replica: Replica<Service>, choice: ReplicaReason) => this.#count(replica, choice) }),
      explain: (error, replica) => (error instanceof MeshError && translate?.(error)) || this.explain(error, replica, signal),
      onRetry: ({ reason, message }, from, to) =>
        logger?.warn({ tier: this.name, from: from.address, to: to.address, reason, error: message, requestId }, 'trying another replica')
    });
  }

  /** Asks a replica what it is, and from then on avoids or trusts it. @throws {MeshError} UNAVAILABLE if it does not answer within 2 s */
  async describe(replica: Replica<Service>, options: CallOptions = {}): Promise<TierInfo> {
    try {
      const info = await askReplica((timed) => this.kind.describe(replica.client, timed), options);
      if (info === undefined) throw unavailable('TIER_UNAVAILABLE', 'told nothing of itself');
      this.#heard(replica, info);
      return info;
    } catch (error) {
      if (error instanceof MeshError && error.code === Code.UNAVAILABLE) replica.avoid(error.message);
      throw error;
    }
  }

  /** Asks a replica for its counts. @throws {MeshError} as `describe` */
  stats(replica: Replica<Service>, options: CallOptions = {}): Promise<ReplicaCounts> {
    return askReplica((timed) => this.kind.stats(replica.client, timed), options);
  }

  /** Numerics of a replica: what it last said, else it is asked. Undefined where it says nothing. */
  async fingerprintOf(replica: Replica<Service>, options: CallOptions): Promise<NumericsFingerprint | undefined> {
    const known = replica.trouble === undefined ? this.#infos.get(replica) : undefined;
    const info = known ?? (await this.describe(replica, options).catch(() => undefined));
    return info?.fingerprint;
  }

  /** Finds the replicas and tries to reach each. Never fails. */
  async look(): Promise<void> {
    await this.#set.resolved();
    if (this.replicas.length === 0) await this.#set.resolve();
    await Promise.all(this.replicas.map((replica) => this.describe(replica).catch(() => undefined)));
  }

  /** What an error of a call to a replica means to the caller of the mesh. */
  explain(error: unknown, replica: Replica<Service> | undefined, signal?: AbortSignal): unknown {
    const address = replica?.address ?? this.#set.targets.join(', ');
    return explainTierError(error, { name: this.name, address }, signal);
  }

  /** What there is to say against a replica that serves this revision. Empty: nothing. */
  mismatch(served: string): string {
    return served === this.revision ? '' : `serves revision ${served}, not ${this.revision}`;
  }

  close(): void {
    this.#set.close();
  }

  #count({ address }: Replica<Service>, choice: ReplicaReason): void {
    const call = { [names.targetTier]: this.name, [names.serverAddress]: address, [names.choice]: choice };
    this.#options.metrics?.add('janus.replica.choices', 1, call);
  }

  #heard(replica: Replica<Service>, info: TierInfo): void {
    this.#infos.set(replica, info);
    const mismatch = this.mismatch(info.revision);
    if (mismatch === '') replica.trust();
    else replica.avoid(mismatch);
    if (mismatch === '' || this.#lastSeen?.revision !== this.revision) this.#lastSeen = info;
  }

  async #answers(replica: Replica<Service>): Promise<boolean> {
    for (let question = 0; question < PROBES; question += 1) {
      const answer = await this.describe(replica).catch((error: unknown) => error);
      // A replica that drains refuses new calls, and still works on its old ones.
      if (!(answer instanceof Error) || (answer instanceof MeshError && answer.reason === 'DRAINING')) return true;
    }
    return false;
  }
}
