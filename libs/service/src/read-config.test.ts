import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { readConfig, variableOf } from './read-config.ts';
import { address, choice, decimal, flag, integer, text } from './setting.ts';

const schema = z.object({
  queueLimit: integer({ min: 1, max: 1000, default: 256 }),
  topP: decimal({ min: 0, max: 1, default: 0.5 }),
  bundle: text('the folder of a bundle'),
  diagnostics: flag({ default: false }),
  logLevel: choice(['info', 'debug'], { default: 'info' }),
  transformer: address({ default: '127.0.0.1:1' })
});

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    readConfig(schema, variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('settings come from variables of their names, with defaults for the rest', () => {
  expect(variableOf('http2MaxStreamCount')).toBe('JANUS_MESH_HTTP2_MAX_STREAM_COUNT');
  const variables = {
    JANUS_MESH_BUNDLE: '/models/a b',
    JANUS_MESH_QUEUE_LIMIT: '7',
    JANUS_MESH_TOP_P: '.25',
    JANUS_MESH_DIAGNOSTICS: '1',
    JANUS_MESH_TRANSFORMER: '[::1]:50061',
    PATH: '/bin'
  };
  expect(readConfig(schema, variables)).toEqual({
    queueLimit: 7,
    topP: 0.25,
    bundle: '/models/a b',
    diagnostics: true,
    logLevel: 'info',
    transformer: '[::1]:50061'
  });
});

test("the command's own variables are no faults of a service", () => {
  expect(() => readConfig(schema, { JANUS_MESH_BUNDLE: 'x', JANUS_MESH_HOME: '/x', JANUS_MESH_TARGET: 'a:1' })).not.toThrow();
});

test('settings cannot be changed afterwards', () => {
  const config = readConfig(schema, { JANUS_MESH_BUNDLE: 'x' });
  expect(() => Object.assign(config, { queueLimit: 1 })).toThrow(TypeError);
});

test('all faults are listed at once, each with variable, value and what was expected', () => {
  const faults = faultsOf({
    JANUS_MESH_QUEUE_LIMIT: '0',
    JANUS_MESH_TOP_P: '1e999',
    JANUS_MESH_DIAGNOSTICS: 'yes',
    JANUS_MESH_LOG_LEVEL: 'Info',
    JANUS_MESH_TRANSFORMER: 'localhost',
    JANUS_MESH_QUEUE_LIMT: '5',
    JANUS_MESH_SOMETHING_ELSE: ''
  });
  expect(faults).toEqual([
    'JANUS_MESH_QUEUE_LIMIT="0": expected an integer from 1 to 1000',
    'JANUS_MESH_TOP_P="1e999": expected a number from 0 to 1',
    'JANUS_MESH_BUNDLE is not set: expected the folder of a bundle',
    'JANUS_MESH_DIAGNOSTICS="yes": expected true or false',
    'JANUS_MESH_LOG_LEVEL="Info": expected one of info, debug',
    'JANUS_MESH_TRANSFORMER="localhost": expected an address like 127.0.0.1:50051',
    'JANUS_MESH_QUEUE_LIMT is no setting of this service; did you mean JANUS_MESH_QUEUE_LIMIT?',
    'JANUS_MESH_SOMETHING_ELSE is no setting of this service'
  ]);
});

test.each(['', ' 5', '5.0', '0x10', '1e2', 'NaN'])('an integer is not read from %j', (value) => {
  expect(faultsOf({ JANUS_MESH_BUNDLE: 'x', JANUS_MESH_QUEUE_LIMIT: value })).toEqual([
    `JANUS_MESH_QUEUE_LIMIT=${JSON.stringify(value)}: expected an integer from 1 to 1000`
  ]);
});

test('checks over several settings are faults too', () => {
  const pair = z
    .object({ low: integer(), high: integer() })
    .refine(({ low, high }) => low <= high, 'JANUS_MESH_LOW must not be over JANUS_MESH_HIGH');
  expect(() => readConfig(pair, { JANUS_MESH_LOW: '2', JANUS_MESH_HIGH: '1' })).toThrow('JANUS_MESH_LOW must not be over JANUS_MESH_HIGH');
});
