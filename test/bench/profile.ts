import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an operator's nodes took of a run, all together. */
export interface OperatorShare {
  readonly operator: string;
  /** Milliseconds a run. */
  readonly ms: number;
  /** Nodes a run. */
  readonly nodes: number;
}

/** Where the time of a network's runs goes. */
export interface NetworkProfile {
  /** Milliseconds a run. Taking a profile costs time itself, the more so the more nodes there are. */
  readonly ms: number;
  /** The longest first. Nodes that run others (If, Scan) count without these. */
  readonly operators: readonly OperatorShare[];
}

/** An event of ONNX Runtime's profile; times in microseconds. */
interface ProfileEvent {
  readonly cat?: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/**
 * Reads the profiles of a folder.
 *
 * @param runs how many runs at the end count: those before warm up
 * @returns one for each session that ran so often, the slowest first
 */
export function readProfiles(folder: string, runs: number): NetworkProfile[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const all = files.map((name) => profileOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProfileEvent[], runs));
  return all.filter((profile) => profile !== undefined).sort((a, b) => b.ms - a.ms);
}

/** The profile of a session's last runs; undefined where there were fewer. */
export function profileOf(events: readonly ProfileEvent[], runs: number): NetworkProfile | undefined {
  const counted = events
    .filter(({ name }) => name === 'model_run')
    .toSorted((a, b) => a.ts - b.ts)
    .slice(-runs);
  const since = counted[0]?.ts;
  if (since === undefined || counted.length < runs) return undefined;
  const nodes = events.filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith('_kernel_time') && ts >= since);
  const operators = new Map<string, { us: number; nodes: number }>();
  for (const { node, us } of ownTimes(nodes)) {
    const sum = operators.get(node.args?.op_name ?? '?') ?? { us: 0, nodes: 0 };
    operators.set(node.args?.op_name ?? '?', { us: sum.us + us, nodes: sum.nodes + 1 });
  }
  return {
    ms: counted.reduce((sum, { dur }) => sum + dur, 0) / runs / 1000,
    operators: [...operators]
      .map(([operator, sum]) => ({ operator, ms: sum.us / runs / 1000, nodes: sum.nodes / runs }))
      .sort((a, b) => b.ms - a.ms)
  };
}

// What each node took without those that ran inside it. Nodes run one after another, so an interval inside another's belongs to it.
function ownTimes(nodes: readonly ProfileEvent[]): { node: ProfileEvent; us: number }[] {
  const open: { node: ProfileEvent; us: number }[] = [];
  const all: { node: ProfileEvent; us: number }[] = [];
  for (const node of nodes.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    while (open.length > 0 && endOf(open.at(-1)?.node) <= node.ts) open.pop();
    const outer = open.at(-1);
    if (outer) outer.us -= node.dur;
    const own = { node, us: node.dur };
    open.push(own);
    all.push(own);
  }
  return all;
}

function endOf(event: ProfileEvent | undefined): number {
  return event ? event.ts + event.dur : 0;
}
