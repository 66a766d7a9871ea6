import { expect, test } from 'vitest';
import { lastOfItsKind } from './last-of-its-kind.ts';

type End = { code: number | null; signal: NodeJS.Signals | null };

function running(name: 'transformer' | 'image-codec', label: string) {
  let end: (how: End) => void = () => {};
  const ended = new Promise<End>((resolve) => {
    end = resolve;
  });
  return { name, label, ended, end };
}

test('the mesh goes on without a replica while another of its tier is there, and not without the last one', async () => {
  const [first, second, codec] = [
    running('transformer', 'transformer'),
    running('transformer', 'transformer-2'),
    running('image-codec', 'codec')
  ];
  const losses: string[] = [];
  const last = lastOfItsKind([first, second, codec], ({ label, how }) => losses.push(`${label}: ${how}`));
  second.end({ code: null, signal: 'SIGKILL' });
  await second.ended;
  expect(losses).toEqual(['transformer-2: SIGKILL']);
  first.end({ code: 3, signal: null });
  expect(await last).toEqual({ label: 'transformer', how: 'exit code 3' });
  expect(losses).toHaveLength(1);
});
