import { type ReceivedAttributes, readAttributes, type WireAttribute } from './received-attributes.ts';

/** A metric as it reached a receiver. */
export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  /** Of the process. */
  readonly resource: ReceivedAttributes;
  readonly points: readonly ReceivedPoint[];
}

/** A value, or a histogram's sum and count. */
export interface ReceivedPoint {
  readonly attributes: ReceivedAttributes;
  readonly value: number;
  readonly count?: number;
}

interface WirePoint {
  readonly attributes: readonly WireAttribute[];
  readonly asDouble?: number;
  readonly asInt?: string;
  readonly sum?: number;
  readonly count?: string;
}

type Points = { readonly dataPoints: readonly WirePoint[] } | null;

interface ExportMetricsServiceRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly { readonly name: string; readonly unit: string; gauge?: Points; sum?: Points; histogram?: Points }[];
    }[];
  }[];
}

/** The metrics of one export. */
export function readMetrics({ resourceMetrics }: ExportMetricsServiceRequest): ReceivedMetric[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const ofProcess = readAttributes(resource.attributes);
    return scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ name, unit, gauge, sum, histogram }) => {
        const points = (gauge ?? sum ?? histogram)?.dataPoints ?? [];
        return { name, unit, resource: ofProcess, points: points.map(read) };
      })
    );
  });
}

function read({ attributes, asDouble, asInt, sum, count }: WirePoint): ReceivedPoint {
  const value = Number(asDouble ?? asInt ?? sum ?? 0);
  return { attributes: readAttributes(attributes), value, ...(sum === undefined ? {} : { count: Number(count) }) };
}
