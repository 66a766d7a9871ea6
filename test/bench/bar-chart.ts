import type { Spread } from './statistics.ts';

/** A chart of bars in groups, the lower the better. */
export interface BarChart {
  readonly title: string;
  /** What is small print below the title: unit, machine, date. */
  readonly subtitle: string;
  /** In the order they stand in each group, with their colours. */
  readonly series: readonly { readonly name: string; readonly label: string; readonly colour: string }[];
  /** Bars by series; one that was not measured is missing. */
  readonly groups: readonly { readonly label: string; readonly bars: ReadonlyMap<string, Spread> }[];
}

const WIDTH = 860;
const HEIGHT = 400;
const AREA = { left: 52, right: 16, top: 92, bottom: 34 };
const TICKS = 5;
/** Share of a group's width that its bars take. */
const FILL = 0.84;

/** The chart as an SVG file: bars at the medians with whiskers at the quartiles, a legend, a scale from 0. */
export function barChartSvg(chart: BarChart): string {
  const largest = Math.max(1e-9, ...chart.groups.flatMap(({ bars }) => [...bars.values()].map(({ high }) => high)));
  const step = niceStep(largest / TICKS);
  const top = Math.ceil(largest / step) * step;
  const plotHeight = HEIGHT - AREA.top - AREA.bottom;
  const y = (value: number) => AREA.top + plotHeight * (1 - value / top);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escaped(chart.title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="600" fill="#1f2328">${escaped(chart.title)}</text>`,
    `<text x="16" y="45" fill="#59636e">${escaped(chart.subtitle)}</text>`,
    ...legend(chart),
    ...scale(top, step, y),
    ...chart.groups.flatMap((group, index) => groupBars(group, index, { chart, y })),
    '</svg>'
  ];
  return `${lines.join('\n')}\n`;
}

function legend({ series }: BarChart): string[] {
  let x = 16;
  return series.flatMap(({ label, colour }) => {
    const at = x;
    x += 36 + label.length * 6.5;
    return [
      `<rect x="${fixed(at)}" y="58" width="12" height="12" rx="2" fill="${colour}"/>`,
      `<text x="${fixed(at + 17)}" y="68.5" fill="#1f2328">${escaped(label)}</text>`
    ];
  });
}

function scale(top: number, step: number, y: (value: number) => number): string[] {
  const count = Math.round(top / step);
  return Array.from({ length: count + 1 }, (_, i) => i * step).flatMap((value) => [
    `<line x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${fixed(y(value))}" y2="${fixed(y(value))}" stroke="${value === 0 ? '#818b98' : '#e5e9ee'}"/>`,
    `<text x="${AREA.left - 8}" y="${fixed(y(value) + 4)}" text-anchor="end" fill="#59636e">${Number(value.toPrecision(6))}</text>`
  ]);
}

function groupBars(
  { label, bars }: BarChart['groups'][number],
  index: number,
  { chart, y }: { chart: BarChart; y: (value: number) => number }
): string[] {
  const groupWidth = (WIDTH - AREA.left - AREA.right) / chart.groups.length;
  const left = AREA.left + groupWidth * index;
  const present = chart.series.filter(({ name }) => bars.has(name));
  const barWidth = Math.min(64, (groupWidth * FILL) / Math.max(1, present.length));
  const first = left + (groupWidth - barWidth * present.length) / 2;
  const drawn = present.flatMap(({ name, colour }, i) =>
    bar(bars.get(name) as Spread, { x: first + i * barWidth, width: barWidth, colour, y })
  );
  return [
    ...drawn,
    `<text x="${fixed(left + groupWidth / 2)}" y="${HEIGHT - 12}" text-anchor="middle" fill="#1f2328">${escaped(label)}</text>`
  ];
}

function bar({ median, low, high }: Spread, place: { x: number; width: number; colour: string; y: (value: number) => number }): string[] {
  const { x, width, colour, y } = place;
  const middle = fixed(x + width / 2);
  return [
    `<rect x="${fixed(x + 1)}" y="${fixed(y(median))}" width="${fixed(width - 2)}" height="${fixed(y(0) - y(median))}" fill="${colour}"/>`,
    `<line x1="${middle}" x2="${middle}" y1="${fixed(y(high))}" y2="${fixed(y(low))}" stroke="#1f2328" stroke-opacity="0.55"/>`,
    `<text x="${middle}" y="${fixed(y(high) - 4)}" text-anchor="middle" font-size="10" fill="#1f2328">${short(median)}</text>`
  ];
}

// 1, 2 or 5 times a power of ten, not below what was asked.
function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return ([1, 2, 5].find((factor) => factor * power >= atLeast) ?? 10) * power;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
