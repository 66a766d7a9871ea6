import { join } from 'node:path';
import { openBundle } from '@janus-mesh/bundle';
import { expect, test } from 'vitest';
import { importCheckpoint } from '../import-checkpoint.ts';
import { golden, temporaryFolder } from '../testing/golden-folder.ts';
import { verificationPlan } from './verification-plan.ts';

test('of a long text the start is compared, and how long all of it is is told', async () => {
  const dir = join(temporaryFolder(), 'bundle');
  const { config } = await importCheckpoint(golden('tiny-pro'), dir, { calibrate: false });
  const bundle = await openBundle(dir);
  const long = await verificationPlan(bundle, { text: 'a lamp '.repeat(1000) });
  expect(long.text).toHaveLength(Math.min(512, config.text.contextTokens));
  expect(long.textTokens).toBeGreaterThanOrEqual(1000);
  const short = await verificationPlan(bundle, { text: 'a lamp' });
  expect(short.textTokens).toBe(short.text.length);
});
