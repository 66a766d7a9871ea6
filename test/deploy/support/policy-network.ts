import type { KubernetesObject } from './render.ts';

/** Where a connection begins or ends. */
export interface Place {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** Some pods, as NetworkPolicies name them. */
export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
}

interface Policy {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** What NetworkPolicies let through, by the rules of Kubernetes: pods that no policy selects are open, others only where a rule fits. */
export class PolicyNetwork {
  readonly #policies: readonly Policy[];
  readonly #namespace: string;

  /** @param namespace the policies are in */
  constructor(objects: readonly KubernetesObject[], namespace: string) {
    this.#policies = objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec as Policy);
    this.#namespace = namespace;
  }

  /** Whether a connection leaves the one and enters the other. */
  allows(from: Place, to: Place, port: number, protocol = 'TCP'): boolean {
    return this.leaves(from, to, port, protocol) && this.#passes('Ingress', to, from, { port, protocol });
  }

  /** Whether a connection leaves. */
  leaves(from: Place, to: Place, port: number, protocol = 'TCP'): boolean {
    return this.#passes('Egress', from, to, { port, protocol });
  }

  #passes(type: 'Ingress' | 'Egress', pod: Place, other: Place, { port, protocol }: { port: number; protocol: string }): boolean {
    const selecting = this.#policies.filter(
      ({ podSelector, policyTypes }) => policyTypes.includes(type) && pod.namespace === this.#namespace && matches(podSelector, pod.labels)
    );
    if (selecting.length === 0) return true;
    const rules = selecting.flatMap((policy) => (type === 'Ingress' ? policy.ingress : policy.egress) ?? []);
    return rules.some(
      ({ from, to, ports }) =>
        isAnyOf(from ?? to ?? [], (peer) => this.#isPeer(peer, other)) &&
        (ports ?? []).some((open) => open.port === port && open.protocol === protocol)
    );
  }

  #isPeer({ podSelector, namespaceSelector }: Peer, { namespace, labels }: Place): boolean {
    const isInNamespace =
      namespaceSelector === undefined
        ? namespace === this.#namespace
        : matches(namespaceSelector, { 'kubernetes.io/metadata.name': namespace });
    return isInNamespace && (podSelector === undefined || matches(podSelector, labels));
  }
}

/** An empty list of peers is everybody. */
function isAnyOf(peers: readonly Peer[], isPeer: (peer: Peer) => boolean): boolean {
  return peers.length === 0 || peers.some(isPeer);
}

function matches({ matchLabels = {} }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}
