import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { metricsPage } from '../../deploy/metrics-page.ts';

test('the list of metrics is what the catalogue says; `npm run metrics` writes it', () => {
  expect(readFileSync(join(import.meta.dirname, '../../deploy/metrics.md'), 'utf8')).toBe(metricsPage());
});
