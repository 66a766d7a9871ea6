import type { Attributes, Counter, Histogram, Meter, Observable } from '@opentelemetry/api';
import { type CatalogueEntry, type MetricName, metricsCatalogue } from '../metrics-catalogue.ts';
import type { HotHistograms } from './hot-histograms.ts';
import type { CounterName, HistogramName, Metrics, ObservedName, Tell } from './metrics.ts';

/** The metrics of the catalogue on a meter. An instrument is made when it is first used: a service has those of its own tier. */
export class CatalogueMetrics implements Metrics {
  readonly isOn = true;
  readonly #meter: Meter;
  readonly #hot: HotHistograms;
  readonly #counters = new Map<CounterName, Counter>();
  readonly #histograms = new Map<HistogramName, Histogram>();

  /** @param hot takes the series that are written all the time */
  constructor(meter: Meter, hot: HotHistograms) {
    this.#meter = meter;
    this.#hot = hot;
  }

  add(name: CounterName, value: number, attributes?: Attributes): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = this.#meter.createCounter(name, wordsOf(name));
      this.#counters.set(name, counter);
    }
    counter.add(value, attributes);
  }

  record(name: HistogramName, value: number, attributes?: Attributes): void {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      const { buckets } = entryOf(name);
      histogram = this.#meter.createHistogram(name, { ...wordsOf(name), advice: { explicitBucketBoundaries: [...(buckets ?? [])] } });
      this.#histograms.set(name, histogram);
    }
    histogram.record(value, attributes);
  }

  series(name: HistogramName, attributes: Attributes = {}): (value: number) => void {
    return this.#hot.series(entryOf(name), attributes);
  }

  observe<Name extends ObservedName>(names: readonly Name[], read: (tell: Tell<Name>) => void): void {
    const instruments = new Map(names.map((name) => [name, this.#observable(name)]));
    this.#meter.addBatchObservableCallback(
      (result) => read((name, value, attributes) => result.observe(instruments.get(name) as Observable, value, attributes)),
      [...instruments.values()]
    );
  }

  #observable(name: ObservedName): Observable {
    const isCounter = entryOf(name).kind === 'counter';
    return isCounter ? this.#meter.createObservableCounter(name, wordsOf(name)) : this.#meter.createObservableGauge(name, wordsOf(name));
  }
}

const entries = new Map<string, CatalogueEntry>(metricsCatalogue.map((entry) => [entry.name, entry]));

function entryOf(name: MetricName): CatalogueEntry {
  return entries.get(name) as CatalogueEntry;
}

function wordsOf(name: MetricName): { readonly unit: string; readonly description: string } {
  const { unit, description } = entryOf(name);
  return { unit, description };
}
