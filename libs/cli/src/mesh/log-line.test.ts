import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { machineLine, readableLine } from './log-line.ts';

// No terminal: nothing is coloured.
const stream = new Writable() as unknown as NodeJS.WriteStream;
const shown = (fields: object) => readableLine(stream, 'orchestrator', JSON.stringify(fields));

test('a line has its time of day, whether that is written as text or as a number', () => {
  const line = '02:48:20.160 orchestrator   info  request code=OK ms=3';
  const time = '2026-11-25T02:48:20.160Z';
  expect(shown({ level: 30, time, service: 'orchestrator', code: 'OK', ms: 3, msg: 'request' })).toBe(line);
  expect(shown({ level: 30, time: Date.parse(time), service: 'orchestrator', code: 'OK', ms: 3, msg: 'request' })).toBe(line);
});

test('what a caller wrote can neither move the cursor nor begin a line', () => {
  const error = 'model "\u001b[2J\u009b1m\nfatal: all is lost" is not served here';
  expect(shown({ level: 30, error, msg: 'request' })).toContain(
    String.raw`error=model "\x1b[2J\x9b1m\x0afatal: all is lost" is not served here`
  );
});

test('a line that is no JSON stays as it is', () => {
  expect(readableLine(stream, 'codec', 'error: codec: no room')).toBe(`${' '.repeat(12)} codec          error: codec: no room`);
});

test('for machines every line is JSON and says which replica wrote it', () => {
  expect(machineLine('transformer-2', '{"level":30,"msg":"listening","port":7}')).toBe(
    '{"label":"transformer-2","level":30,"msg":"listening","port":7}'
  );
  expect(machineLine('transformer', 'error: "no" room')).toBe('{"label":"transformer","msg":"error: \\"no\\" room"}');
});
