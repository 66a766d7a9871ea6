import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART } from '../../support/helm.ts';

/** The chart's schema. */
export const schema: unknown = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));

/** The chart's defaults. */
export const values: unknown = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'), { merge: true });

/** The tiers, as the chart and the metrics call them. */
export const tiers = ['orchestrator', 'transformer', 'vision-encoder', 'image-codec'] as const;
