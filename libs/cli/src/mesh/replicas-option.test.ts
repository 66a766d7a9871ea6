import { expect, test } from 'vitest';
import { replicasOf } from './replicas-option.ts';

test('tiers are gathered, the last word on a tier counts', () => {
  const both = replicasOf('image-codec=3', replicasOf('transformer=2'));
  expect(both).toEqual({ transformer: 2, 'image-codec': 3 });
  expect(replicasOf('transformer=1', both)).toEqual({ transformer: 1, 'image-codec': 3 });
});

test.each(['transformer', 'transformer=0', 'transformer=65', 'transformer=two', 'orchestrator=2', '=2'])('%s is refused', (text) => {
  expect(() => replicasOf(text)).toThrow(/Expected a (tier|whole number)/);
});
