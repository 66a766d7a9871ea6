/** One series of a scrape. */
export interface Sample {
  /** Name as it stands in the line: with `_bucket`, `_sum` or `_count` where it is a histogram's. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A scrape, read line by line. */
export interface Scrape {
  readonly text: string;
  readonly samples: readonly Sample[];
  /** Of each family: counter, gauge, histogram. */
  readonly types: ReadonlyMap<string, string>;
}

/** Asks a service for its metrics, as Prometheus does. @throws {Error} if a line is none of the text format */
export async function scrape(port: number): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  const text = await response.text();
  const lines = text.split('\n').filter((line) => line !== '');
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  return { text, samples: lines.filter((line) => !line.startsWith('#')).map(readSample), types };
}

/** The only value of a name, of those with these labels. @throws {Error} if there is none, or several */
export function seriesValue({ samples }: Scrape, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const found = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
  );
  if (found.length !== 1) throw new Error(`${found.length} series are ${name} ${JSON.stringify(labels)}`);
  return (found[0] as Sample).value;
}

function readSample(line: string): Sample {
  const parts = /^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (parts === null) throw new Error(`no line of the text format: ${line}`);
  const [, name = '', labels = '', value = ''] = parts;
  const all = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
  return { name, labels: Object.fromEntries(all), value: Number(value) };
}
