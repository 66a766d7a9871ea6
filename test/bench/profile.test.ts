import { expect, test } from 'vitest';
import { profileOf } from './profile.ts';

const node = (op: string, ts: number, dur: number) => ({ cat: 'Node', name: `${op}_kernel_time`, ts, dur, args: { op_name: op } });
const run = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur });

test('sums nodes by operator over the last runs, and counts what runs inside a node once', () => {
  const warmUp = [run(0, 9_000), node('MatMul', 100, 8_000)];
  const runs = [10_000, 20_000].flatMap((start) => [
    run(start, 5_000),
    node('MatMul', start + 100, 2_000),
    node('If', start + 2_200, 1_000),
    node('Attention', start + 2_300, 600),
    node('MatMul', start + 3_300, 1_000)
  ]);
  expect(profileOf([...warmUp, ...runs], 2)).toEqual({
    ms: 5,
    operators: [
      { operator: 'MatMul', ms: 3, nodes: 2 },
      { operator: 'Attention', ms: 0.6, nodes: 1 },
      { operator: 'If', ms: 0.4, nodes: 1 }
    ]
  });
});

test('a session that ran less often has no profile', () => {
  expect(profileOf([run(0, 1_000)], 2)).toBeUndefined();
});
