import type { Attributes } from '@opentelemetry/api';
import type { MetricName, metricsCatalogue } from '../metrics-catalogue.ts';

type NameOf<Kind> = Extract<(typeof metricsCatalogue)[number], { readonly kind: Kind }>['name'];

/** Counters of the catalogue. */
export type CounterName = NameOf<'counter'>;
/** Histograms of the catalogue. */
export type HistogramName = NameOf<'histogram'>;
/** What is read when somebody asks: gauges, and counters that something else keeps. */
export type ObservedName = NameOf<'gauge'> | CounterName;

/** Tells a value that was read. */
export type Tell<Name extends MetricName> = (name: Name, value: number, attributes?: Attributes) => void;

/** The metrics of a service, by their names in the catalogue. */
export interface Metrics {
  /** Whether somebody reads them: what costs something to measure may be left out otherwise. */
  readonly isOn: boolean;
  /** Adds to a counter. Zero makes it known before it counts anything. */
  add(name: CounterName, value: number, attributes?: Attributes): void;
  /** Puts a value, in the unit of the catalogue, into a histogram. */
  record(name: HistogramName, value: number, attributes?: Attributes): void;
  /** As `record`, for a series that is written with every token or step: bound once, and cheap from then on. The same series once only. */
  series(name: HistogramName, attributes?: Attributes): (value: number) => void;
  /** Has values read, together, each time somebody asks for the metrics. One reader a name. */
  observe<Name extends ObservedName>(names: readonly Name[], read: (tell: Tell<Name>) => void): void;
}

/** Nobody reads them. */
export const noMetrics: Metrics = { isOn: false, add: () => {}, record: () => {}, series: () => () => {}, observe: () => {} };
