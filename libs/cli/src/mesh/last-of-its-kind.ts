import type { ServiceName, ServiceProcess } from './service-process.ts';

/** A service that ended by itself. */
export interface Loss {
  readonly label: string;
  /** Its signal or exit code. */
  readonly how: string;
}

/** What is looked at of a process. */
type Watched = Pick<ServiceProcess, 'label' | 'ended'> & { readonly name: ServiceName };

/**
 * Waits until a service ends of which no other replica is left: the mesh cannot do without.
 *
 * @param onLoss told of each that ends while others of its tier go on
 */
export function lastOfItsKind(processes: readonly Watched[], onLoss: (loss: Loss) => unknown): Promise<Loss> {
  const left = new Map<ServiceName, number>();
  for (const { name } of processes) left.set(name, (left.get(name) ?? 0) + 1);
  return new Promise((resolve) => {
    for (const { name, label, ended } of processes) {
      void ended.then(({ code, signal }) => {
        const others = (left.get(name) ?? 1) - 1;
        left.set(name, others);
        const loss = { label, how: signal ?? `exit code ${code}` };
        if (others > 0) onLoss(loss);
        else resolve(loss);
      });
    }
  });
}
