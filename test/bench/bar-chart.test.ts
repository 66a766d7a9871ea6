import { describe, expect, test } from 'vitest';
import { barChartSvg } from './bar-chart.ts';

const chart = {
  title: 'Steps & <more>',
  subtitle: 'ms',
  series: [
    { name: 'ours', label: 'Ours', colour: '#0969da' },
    { name: 'theirs', label: 'Theirs', colour: '#bf8700' }
  ],
  groups: [
    {
      label: '1 row',
      bars: new Map([
        ['ours', { median: 50, low: 40, high: 80 }],
        ['theirs', { median: 100, low: 90, high: 100 }]
      ])
    },
    { label: '2 rows', bars: new Map([['ours', { median: 25, low: 25, high: 25 }]]) }
  ]
};

describe('a bar chart', () => {
  const svg = barChartSvg(chart);
  const heights = [...svg.matchAll(/height="([\d.]+)" fill="#(0969da|bf8700)"/g)].map(([, height, colour]) => [colour, Number(height)]);

  test('draws bars in proportion, from 0, and none where nothing was measured', () => {
    // The scale ends at 100, the plot is 274 high.
    expect(heights).toEqual([
      ['0969da', 137],
      ['bf8700', 274],
      ['0969da', 68.5]
    ]);
  });

  test('has a scale of round numbers, labels and values', () => {
    for (const text of ['0', '20', '40', '60', '80', '100', '1 row', '2 rows', '50', '25', 'Ours', 'Theirs'])
      expect(svg).toContain(`>${text}</text>`);
  });

  test('escapes what is written into it', () => {
    expect(svg).toContain('Steps &amp; &lt;more&gt;</text>');
  });
});
