import type { TierInfo } from '@janus-mesh/contracts';
import { type CallOptions, type Client, Code, connect, MeshError, type ServiceDefinition, unavailable } from '@janus-mesh/rpc';
import { explainTierError, RETRY_AFTER_MS } from './explain-tier-error.ts';
import type { ReplicaCounts, TierKind } from './tier-kind.ts';

/** How long a tier may take to tell what it is. */
const PROBE_TIMEOUT_MS = 2000;

/** One process of a tier. */
export interface Replica<Service extends ServiceDefinition> {
  readonly address: string;
  readonly client: Client<Service>;
  close(): void;
}

/** A tier as the orchestrator sees it: its replicas, and what was last heard of it. */
export class Tier<Service extends ServiceDefinition> {
  readonly kind: TierKind<Service>;
  readonly replicas: readonly Replica<Service>[];
  #lastSeen: TierInfo | undefined;

  /** @param addresses host:port, at least one. Nothing is opened before the first call. */
  constructor(kind: TierKind<Service>, addresses: readonly string[]) {
    this.kind = kind;
    this.replicas = addresses.map((address) => ({ address, ...connect(kind.definition, address) }));
  }

  get name(): TierKind<Service>['name'] {
    return this.kind.name;
  }

  /** What the tier last said of itself. Undefined while it was never reached. */
  get lastSeen(): TierInfo | undefined {
    return this.#lastSeen;
  }

  /** The replica a request goes to. Every request is routed here. */
  choose(): Replica<Service> {
    const [first] = this.replicas;
    if (first === undefined) throw new RangeError(`${this.name} has no address`);
    return first;
  }

  /** Asks a replica what it is. @throws {MeshError} UNAVAILABLE, TIER_UNAVAILABLE, if it does not answer within 2 s */
  async describe(replica: Replica<Service>, options: CallOptions = {}): Promise<TierInfo> {
    const info = await this.#ask((timed) => this.kind.describe(replica.client, timed), replica, options);
    if (info === undefined) throw this.explain(unavailable('TIER_UNAVAILABLE', 'told nothing of itself'), replica);
    this.#lastSeen = info;
    return info;
  }

  /** Asks a replica for its counts. @throws {MeshError} as `describe` */
  stats(replica: Replica<Service>, options: CallOptions = {}): Promise<ReplicaCounts> {
    return this.#ask((timed) => this.kind.stats(replica.client, timed), replica, options);
  }

  /** Tries to reach each replica. Never fails. */
  async look(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => this.describe(replica).catch(() => undefined)));
  }

  /** What an error of a call to a replica means to the caller of the mesh. */
  explain(error: unknown, replica: Replica<Service>, signal?: AbortSignal): unknown {
    return explainTierError(error, { name: this.name, address: replica.address }, signal);
  }

  close(): void {
    for (const replica of this.replicas) replica.close();
  }

  async #ask<T>(question: (options: CallOptions) => Promise<T>, replica: Replica<Service>, options: CallOptions): Promise<T> {
    const callersDeadline = options.deadline ?? Number.POSITIVE_INFINITY;
    const deadline = Math.min(callersDeadline, Date.now() + PROBE_TIMEOUT_MS);
    try {
      return await question({ ...options, deadline });
    } catch (error) {
      const isLate = error instanceof MeshError && error.code === Code.DEADLINE_EXCEEDED && deadline < callersDeadline;
      throw this.explain(isLate ? noAnswer(error) : error, replica, options.signal);
    }
  }
}

function noAnswer(cause: MeshError): MeshError {
  return unavailable('TIER_UNAVAILABLE', `no answer within ${PROBE_TIMEOUT_MS} ms`, { retryAfterMs: RETRY_AFTER_MS, cause });
}
