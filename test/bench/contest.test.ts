import { describe, expect, test } from 'vitest';
import { type Contestant, runCase } from './contest.ts';
import { Results } from './results.ts';

function contestant(name: string, cases: string[], log: string[], values: number[]): Contestant {
  return {
    name,
    cases,
    pid: process.pid,
    async once(name_) {
      log.push(`${name}:${name_}`);
      const value = values.shift();
      if (value === undefined) throw new Error('nothing left');
      return value;
    }
  };
}

describe('a contest', () => {
  test('times each once a round, in turn, and does not count the round that warms up', async () => {
    const log: string[] = [];
    const results = new Results();
    const a = contestant('a', ['step'], log, [100, 1, 2, 3, 3, 3, 3, 3]);
    const b = contestant('b', ['step', 'other'], log, [200, 4, 5, 6, 6, 6, 6, 6]);
    await runCase('step', [a, b], results, { rounds: 1 });
    expect(log.slice(0, 4)).toEqual(['a:step', 'b:step', 'a:step', 'b:step']);
    expect(results.all.map(({ subject, samples }) => [subject, samples.length])).toEqual([
      ['a', 1],
      ['b', 1]
    ]);
    expect(results.median('a', 'step')).toBeLessThan(100);
  });

  test('leaves out who does not know the case, and who fails, with the reason', async () => {
    const results = new Results();
    const log: string[] = [];
    await runCase('step', [contestant('a', [], log, []), contestant('b', ['step'], log, [])], results, { rounds: 2 });
    expect(log).toEqual(['b:step']);
    expect(results.all).toEqual([]);
    expect(results.skipped).toEqual([{ what: 'b, step', reason: 'nothing left' }]);
  });
});
