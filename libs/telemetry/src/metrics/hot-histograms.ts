import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type MetricData,
  type MetricProducer
} from '@opentelemetry/sdk-metrics';
import type { CatalogueEntry } from '../metrics-catalogue.ts';

/** One series of a histogram. */
class HotSeries {
  readonly attributes: Attributes;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[], attributes: Attributes) {
    this.attributes = attributes;
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  record(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket++;
    (this.#counts[bucket] as number)++;
    this.#sum += value;
    this.#count++;
  }

  get value() {
    return { buckets: { boundaries: [...this.#bounds], counts: [...this.#counts] }, sum: this.#sum, count: this.#count };
  }
}

/**
 * Histograms that are written with every token or step. OpenTelemetry's own look their series up by its attributes each time, written
 * out as JSON: microseconds, where a whole token takes a hundred. These are bound to their series once; readers of metrics take them in
 * beside the others.
 */
export class HotHistograms implements MetricProducer {
  readonly #scope: { readonly name: string };
  readonly #startTime: HrTime = hrTime();
  readonly #series = new Map<CatalogueEntry, HotSeries[]>();

  constructor(scope: string) {
    this.#scope = { name: scope };
  }

  /** Makes a series. @returns writes a value into it */
  series(entry: CatalogueEntry, attributes: Attributes): (value: number) => void {
    const series = new HotSeries(entry.buckets ?? [], attributes);
    const others = this.#series.get(entry);
    if (others === undefined) this.#series.set(entry, [series]);
    else others.push(series);
    return (value) => series.record(value);
  }

  async collect(): Promise<CollectionResult> {
    const metrics = [...this.#series].map(([entry, series]) => this.#dataOf(entry, series));
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: this.#scope, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }

  #dataOf({ name, description, unit }: CatalogueEntry, series: readonly HotSeries[]): MetricData {
    const times = { startTime: this.#startTime, endTime: hrTime() };
    return {
      descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: series.map(({ attributes, value }) => ({ ...times, attributes, value }))
    };
  }
}
