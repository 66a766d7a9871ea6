import { type Metrics, names, type RequestKind } from '@janus-mesh/telemetry';

/** What is told with every token, by kind. */
export class TokenMetrics {
  readonly #counts: Record<RequestKind, number> = { text: 0, image: 0 };
  readonly #gaps: Record<RequestKind, (seconds: number) => void>;

  constructor(metrics: Metrics) {
    const gaps = (kind: RequestKind) => metrics.series('janus.inter_token_gap', { [names.kind]: kind });
    this.#gaps = { text: gaps('text'), image: gaps('image') };
    metrics.observe(['janus.generated.tokens'], (tell) => {
      for (const kind of ['text', 'image'] as const) tell('janus.generated.tokens', this.#counts[kind], { [names.kind]: kind });
    });
  }

  /** So many tokens of a sample were sent. */
  add(kind: RequestKind, count: number): void {
    this.#counts[kind] += count;
  }

  /** The time between two tokens of a sample. */
  gap(kind: RequestKind, seconds: number): void {
    this.#gaps[kind](seconds);
  }
}
