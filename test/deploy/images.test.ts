import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALLOCATOR_TUNABLES } from '../../libs/cli/src/mesh/allocator-tunables.ts';

const STAGES = readFileSync(join(import.meta.dirname, '../../deploy/docker/Dockerfile'), 'utf8').split(/^FROM /m);

function tunablesOf(stage: string): string | undefined {
  const text = STAGES.find((each) => new RegExp(`^\\S+ AS ${stage}\n`).test(each));
  return /^ENV GLIBC_TUNABLES=(.*)$/m.exec(text ?? '')?.[1];
}

test.each(Object.entries(ALLOCATOR_TUNABLES))('%s has the same allocator in its image as on one machine', (service, tunables) => {
  expect(tunablesOf(service) ?? tunablesOf('service')).toBe(tunables);
});
