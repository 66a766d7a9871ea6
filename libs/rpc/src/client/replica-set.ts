import type { ServiceDefinition } from '../definition.ts';
import { type ConnectOptions, connect } from './connect.ts';
import { pickReplica } from './pick-replica.ts';
import { Replica } from './replica.ts';
import { parseTarget, type Resolver, resolveTarget, systemResolver, type Target } from './resolve-target.ts';

export interface ReplicaSetOptions extends ConnectOptions {
  /** Names are looked up again after this time. Default: 5 s. */
  readonly resolveMs?: number;
  /** Default: the system's. */
  readonly resolver?: Resolver;
}

/** Which replica is wanted. */
export interface ReplicaChoice<Service extends ServiceDefinition> {
  /** Calls with one key go to one replica, as far as its load allows. Default: to the least busy. */
  readonly key?: string | undefined;
  /** How much the call adds to a replica's load. Default: 1. */
  readonly weight?: number | undefined;
  /** Replicas that are out of the question. Default: none. */
  readonly exclude?: ReadonlySet<Replica<Service>>;
}

/** A name that has no address. */
export interface UnresolvedTarget {
  readonly target: string;
  readonly reason: string;
}

/**
 * The replicas of a service: a channel for each address. Names are looked up every few seconds, so that replicas may come
 * and go; a name that can't be looked up keeps the addresses it had.
 */
export class ReplicaSet<Service extends ServiceDefinition> {
  readonly #service: Service;
  readonly #targets: readonly Target[];
  readonly #options: ReplicaSetOptions;
  readonly #addresses = new Map<Target, readonly string[]>();
  readonly #failures = new Map<Target, string>();
  readonly #timer: NodeJS.Timeout | undefined;
  #replicas: readonly Replica<Service>[] = [];
  #firstResolve: Promise<void> | undefined;
  #isClosed = false;

  /**
   * @param targets `host:port` or `dns:///host:port`, of IP addresses or names. Nothing is connected before the first call.
   * @throws {RangeError} if there is none, or one is not of that form
   */
  constructor(service: Service, targets: readonly string[], options: ReplicaSetOptions = {}) {
    if (targets.length === 0) throw new RangeError(`${service.fullName} has no address`);
    this.#service = service;
    this.#targets = targets.map(parseTarget);
    this.#options = options;
    for (const target of this.#targets) if (target.fixed !== undefined) this.#addresses.set(target, [target.fixed]);
    this.#update();
    if (this.#names.length > 0) this.#timer = setInterval(() => void this.resolve(), options.resolveMs ?? 5_000).unref();
  }

  /** Those that are known now, in the order of the targets. */
  get replicas(): readonly Replica<Service>[] {
    return this.#replicas;
  }

  /** Names that have no address, with the reason. */
  get unresolved(): readonly UnresolvedTarget[] {
    const without = this.#targets.filter((target) => !this.#addresses.has(target));
    return without.map((target) => ({ target: target.text, reason: this.#failures.get(target) ?? 'was not looked up yet' }));
  }

  /** What the set was made of. */
  get targets(): readonly string[] {
    return this.#targets.map(({ text }) => text);
  }

  /** Resolves once all names were looked up for the first time. */
  resolved(): Promise<void> {
    this.#firstResolve ??= this.resolve();
    return this.#firstResolve;
  }

  /** Looks all names up now. Never fails. */
  async resolve(): Promise<void> {
    await Promise.all(this.#names.map((target) => this.#lookUp(target)));
    if (!this.#isClosed) this.#update();
  }

  /** Picks a replica (see pickReplica), one in trouble only where there is no other. Undefined where none is left. */
  choose({ key, weight, exclude }: ReplicaChoice<Service> = {}): Replica<Service> | undefined {
    const left = this.#replicas.filter((replica) => !exclude?.has(replica));
    const well = left.filter(({ trouble }) => trouble === undefined);
    return pickReplica(well.length > 0 ? well : left, key, weight);
  }

  /** Closes all channels; calls that run may finish. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const replica of this.#replicas) replica.close();
  }

  get #names(): readonly Target[] {
    return this.#targets.filter(({ fixed }) => fixed === undefined);
  }

  async #lookUp(target: Target): Promise<void> {
    try {
      this.#addresses.set(target, await resolveTarget(target, this.#options.resolver ?? systemResolver));
      this.#failures.delete(target);
    } catch (error) {
      this.#failures.set(target, error instanceof Error ? error.message : String(error));
    }
  }

  #update(): void {
    const known = new Map(this.#replicas.map((replica) => [replica.address, replica]));
    const wanted = new Set(this.#targets.flatMap((target) => this.#addresses.get(target) ?? []));
    this.#replicas = [...wanted].map((address) => known.get(address) ?? this.#open(address));
    for (const [address, replica] of known) if (!wanted.has(address)) replica.close();
  }

  #open(address: string): Replica<Service> {
    return new Replica(address, connect(this.#service, address, this.#options));
  }
}
