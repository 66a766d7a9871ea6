// Writes janus-mesh/VALUES.md, the reference of the chart's values, from its schema. Usage: tsx deploy/helm/values-reference.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentedValues } from './documented-values.ts';

const CHART = join(import.meta.dirname, 'janus-mesh');

/** The reference as Markdown: a table for each value at the top. */
export function valuesReference(): string {
  const values = documentedValues(JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')));
  const sections = [...new Set(values.map(({ path }) => path[0] as string))].map((top) => {
    const rows = values
      .filter(({ path }) => path[0] === top)
      .map(({ path, preset, text }) => `| \`${path.join('.')}\` | ${preset} | ${text} |`);
    return [`## ${top}`, '', '| value | default | what it is |', '| --- | --- | --- |', ...rows, ''].join('\n');
  });
  const head = [
    '# Values',
    '',
    'Written from `values.schema.json` by `npm run values`; the schema refuses any other key. `<tier>` stands for each of orchestrator,',
    'transformer, vision-encoder and image-codec. Settings that are not given are left to the services, whose defaults stand here.',
    ''
  ];
  return [...head, ...sections].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(CHART, 'VALUES.md'), valuesReference());
