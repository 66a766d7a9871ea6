import type { KubernetesObject } from '../../../test/deploy/support/render.ts';

interface Named {
  name: string;
}

interface Container extends Named {
  readonly startupProbe?: GrpcProbe;
  readonly readinessProbe?: GrpcProbe;
  readonly livenessProbe?: GrpcProbe;
  ports?: readonly unknown[];
  readonly volumeMounts?: readonly Named[];
}

interface GrpcProbe {
  readonly grpc: { readonly port: number; readonly service: string };
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Named[];
}

/** What a probe of a container asks of gRPC's health service. */
export interface Question {
  readonly probe: 'startupProbe' | 'readinessProbe' | 'livenessProbe';
  readonly port: number;
  readonly service: string;
}

/** What differs when podman runs a pod. */
export interface StandIns {
  /** Before the names of volumes: podman keeps one emptyDir a name for all pods, until they are gone. */
  readonly volumePrefix: string;
  /** A port of the machine's loopback that leads to the pod's 50051. Else the pod names no port: podman would publish it. */
  readonly published?: number | undefined;
}

/** A Deployment or Pod as podman can run it. */
export function forPodman(object: KubernetesObject, { volumePrefix, published }: StandIns): KubernetesObject {
  const copy = structuredClone(object);
  const { containers, initContainers = [], volumes = [] } = podSpecOf(copy);
  const all = [...initContainers, ...containers];
  for (const container of all) container.ports = [];
  const [main] = containers;
  if (main !== undefined && published !== undefined) {
    main.ports = [{ containerPort: 50_051, hostIP: '127.0.0.1', hostPort: published }];
  }
  for (const named of [...volumes, ...all.flatMap(({ volumeMounts = [] }) => volumeMounts)]) {
    named.name = `${volumePrefix}${named.name}`;
  }
  return copy;
}

/** Names by which others find a pod: of the Services that select it, which podman doesn't know. */
export function serviceNames(object: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const labels = (object.spec as { template?: KubernetesObject }).template?.metadata.labels ?? object.metadata.labels;
  const services = objects.filter(({ kind, spec }) => {
    const { selector = {} } = spec as { selector?: Readonly<Record<string, string>> };
    return kind === 'Service' && Object.entries(selector).every(([name, value]) => labels[name] === value);
  });
  return services.map(({ metadata }) => metadata.name);
}

/** What the kubelet would ask of a pod's container, over and over. */
export function questionsOf(object: KubernetesObject): Question[] {
  return podSpecOf(object).containers.flatMap((container) =>
    (['startupProbe', 'readinessProbe', 'livenessProbe'] as const).flatMap((probe) => {
      const grpc = container[probe]?.grpc;
      return grpc === undefined ? [] : [{ probe, ...grpc }];
    })
  );
}

function podSpecOf({ spec }: KubernetesObject): PodSpec {
  return ((spec as { template?: KubernetesObject }).template?.spec ?? spec) as PodSpec;
}
