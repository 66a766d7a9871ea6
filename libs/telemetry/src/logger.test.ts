import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function recorder() {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
}

test('a line is one JSON object with service, time and fields', () => {
  const { lines, destination } = recorder();
  createLogger({ service: 'codec', destination }).child({ requestId: 'r1' }).info({ ms: 3 }, 'request');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 30,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    service: 'codec',
    requestId: 'r1',
    ms: 3,
    msg: 'request'
  });
});

test('lines below the level are left out', () => {
  const { lines, destination } = recorder();
  const logger = createLogger({ service: 'codec', level: 'warn', destination });
  logger.info('quiet');
  logger.warn('loud');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['loud']);
});

test('errors keep type, message and stack', () => {
  const { lines, destination } = recorder();
  createLogger({ service: 'codec', destination }).error({ err: new RangeError('too far') }, 'handler failed');
  expect(JSON.parse(lines[0] ?? '').err).toMatchObject({
    type: 'RangeError',
    message: 'too far',
    stack: expect.stringContaining('logger.test.ts')
  });
});

test('pretty lines are for people', () => {
  const { lines, destination } = recorder();
  createLogger({ service: 'codec', pretty: true, destination }).warn({ port: 50051, size: [1, 2], who: 'me' }, 'listening');
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}codec listening port=50051 size=\[1,2\] who=me\n$/);
});

test('pretty lines hold no control characters of a caller', () => {
  const { lines, destination } = recorder();
  createLogger({ service: 'codec', pretty: true, destination }).info({ error: 'no "\u001b[2J\nfatal"' }, 'request');
  expect(lines[0]).toMatch(/ codec request error=no "\\x1b\[2J\\x0afatal"\n$/);
});
