import { type Metrics, names, type RequestKind, spanEvents, type Trace } from '@janus-mesh/telemetry';
import type { EngineEvent } from '../engine/engine-event.ts';
import type { Head } from '../engine/model-runner.ts';
import type { TokenMetrics } from './token-metrics.ts';

/** What a request is watched with. */
export interface RequestWatchOptions {
  readonly head: Head;
  readonly metrics: Metrics;
  readonly tokens: TokenMetrics;
  /** The span of its call. */
  readonly trace: Trace;
  /** A clock in milliseconds that never goes back. Default: this process's. */
  readonly now?: () => number;
}

/** Tells traces and metrics what becomes of a request, from the events of the engine. */
export class RequestWatch {
  readonly #metrics: Metrics;
  readonly #trace: Trace;
  readonly #isWatched: boolean;
  readonly #now: () => number;
  readonly #kind: RequestKind;
  readonly #labels: Readonly<Record<string, RequestKind>>;
  readonly #tokens: TokenMetrics;
  readonly #arrivedAt: number;
  readonly #lastTokenAt = new Map<number, number>(); // by sample

  constructor({ head, metrics, tokens, trace, now = () => performance.now() }: RequestWatchOptions) {
    this.#metrics = metrics;
    this.#trace = trace;
    this.#isWatched = metrics.isOn || trace.isRecording;
    this.#now = now;
    this.#tokens = tokens;
    this.#kind = head === 'text' ? 'text' : 'image';
    this.#labels = { [names.kind]: this.#kind };
    this.#arrivedAt = now();
    if (trace.isRecording) trace.set(this.#labels);
  }

  /** To be told of every event, before it is sent. */
  see(event: EngineEvent): void {
    if (!this.#isWatched) return;
    switch (event.kind) {
      case 'admitted':
        this.#admitted(event.reusedTokens, event.neededFeatures.length);
        break;
      case 'tokens':
        this.#sent(event.sample, event.ids.length);
        break;
      case 'finished':
        this.#trace.event(spanEvents.finished, { [names.sample]: event.sample, [names.outputTokens]: event.newTokens });
        break;
    }
  }

  #admitted(reusedTokens: number, neededPictures: number): void {
    this.#metrics.record('janus.queue.wait', (this.#now() - this.#arrivedAt) / 1000, this.#labels);
    this.#trace.event(spanEvents.admitted, { [names.cachedTokens]: reusedTokens, [names.pictures]: neededPictures });
  }

  #sent(sample: number, count: number): void {
    const now = this.#now();
    const lastAt = this.#lastTokenAt.get(sample);
    if (this.#lastTokenAt.size === 0) this.#trace.event(spanEvents.firstToken);
    if (lastAt !== undefined) this.#tokens.gap(this.#kind, (now - lastAt) / 1000);
    this.#lastTokenAt.set(sample, now);
    this.#tokens.add(this.#kind, count);
  }
}
