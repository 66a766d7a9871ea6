import { type Metrics, names } from '@janus-mesh/telemetry';
import { WorkQueue } from './work-queue.ts';

/**
 * A queue of work that the metrics tell of.
 *
 * @param maxWaiting requests beside the one that runs
 */
export function measuredQueue(metrics: Metrics, maxWaiting: number): WorkQueue {
  const queue = new WorkQueue(maxWaiting, (waitedMs) => metrics.record('janus.queue.wait', waitedMs / 1000));
  metrics.observe(['janus.queue.depth', 'janus.requests.running'], (tell) => {
    tell('janus.queue.depth', queue.waiting);
    tell('janus.requests.running', queue.running);
  });
  return queue;
}

/** A network's run, whose time goes into the metrics, also where it fails. */
export function measuredRun<Input extends readonly unknown[], Output>(
  metrics: Metrics,
  network: string,
  run: (...input: Input) => Promise<Output>
): (...input: Input) => Promise<Output> {
  return async (...input) => {
    const since = performance.now();
    try {
      return await run(...input);
    } finally {
      metrics.record('janus.network.duration', (performance.now() - since) / 1000, { [names.network]: network });
    }
  };
}
