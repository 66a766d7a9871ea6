import { logLevels } from '@janus-mesh/telemetry';
import { availableProcessors } from './available-processors.ts';
import { choice, decimal, flag, integer, text } from './setting.ts';

/** Settings that every service has. A service gives one another default by naming it in its own schema. */
export const commonSettings = {
  host: text('an address of this machine', { default: '127.0.0.1' }).describe('address to listen on; the default is this machine only'),
  port: integer({ min: 0, max: 65535, default: 0 }).describe('port to listen on; 0 takes a free one'),
  bundle: text('the folder of a bundle').describe('folder of the bundle to serve'),
  threads: integer({ min: 1, max: 1024, default: availableProcessors() }).describe('threads the networks run on'),
  diagnostics: flag({ default: false }).describe('accepts diagnostic fields in requests'),
  logLevel: choice(logLevels, { default: 'info' }).describe('least severe log line that is written'),
  logFormat: choice(['json', 'pretty'], { default: 'json' }).describe('how log lines are written'),
  drainSeconds: decimal({ min: 0, max: 86_400, default: 600 }).describe('how long running calls may take to finish at a shutdown'),
  deadlineSeconds: decimal({ min: 0.001, max: 2_000_000, default: 600 }).describe('longest time a call may take'),
  maxReceiveBytes: integer({ min: 1024, max: 2 ** 31 - 1, default: 64 * 1024 * 1024 }).describe('longest request message'),
  maxConcurrentStreams: integer({ min: 1, max: 2 ** 31 - 1, default: 1024 }).describe('most calls at a time on one connection'),
  keepaliveSeconds: decimal({ min: 0.1, max: 86_400, default: 20 }).describe('a quiet connection is pinged after this time'),
  keepaliveTimeoutSeconds: decimal({ min: 0.1, max: 86_400, default: 10 }).describe(
    'a connection without an answer to a ping ends after this time'
  ),
  unreadStreamSeconds: decimal({ min: 0.1, max: 86_400, default: 30 }).describe(
    'a call whose answers nobody reads is aborted after this time'
  ),
  metricsHost: text('an address of this machine', { default: '127.0.0.1' }).describe(
    'address to serve metrics on; the default is this machine only'
  ),
  metricsPort: integer({ min: 0, max: 65535, default: 0 }).describe('port where Prometheus finds /metrics; 0 serves none'),
  exitWithParent: flag({ default: false }).describe('drains and exits when the process that started this one is gone')
};
