import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALLOCATOR_TUNABLES } from '../../libs/cli/src/mesh/allocator-tunables.ts';

test('the transformer has the same allocator in its image as on one machine', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '../../deploy/docker/Dockerfile'), 'utf8');
  const stage = dockerfile.split(/^FROM /m).find((each) => each.startsWith('service AS transformer'));
  expect(stage).toContain(`ENV GLIBC_TUNABLES=${ALLOCATOR_TUNABLES}\n`);
});
