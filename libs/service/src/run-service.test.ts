import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { isServing } from '@janus-mesh/rpc';
import { expect, onTestFinished, test } from 'vitest';
import { ChildService } from './testing/child-service.ts';

async function* nothing(): AsyncGenerator<never> {
  yield* [];
}

test('a service says where it listens and when it is ready, serves, drains on SIGTERM and ends by itself', async () => {
  const child = new ChildService({ JANUS_MESH_GRID: '8' });
  await child.told('ready');
  expect(child.messages).toEqual([{ type: 'listening', port: expect.any(Number) }, { type: 'ready' }]);
  const { codec, address } = await child.client();
  expect(await isServing(address)).toBe(true);
  expect(await codec.describeImageCodec({})).toMatchObject({ grid: 8 });
  const running = codec.tokenize(nothing());
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.process.kill('SIGTERM');
  expect(await running).toMatchObject({ grid: 8 });
  expect(await child.end()).toBe(0);
  expect(child.stderr).toBe('');
  expect(child.stdout).toMatch(/service closed\nfile closed\n.*"msg":"stopped"/);
  expect(child.log.map(({ msg }) => msg)).toEqual(['warming up', 'listening', 'draining', 'request', 'stopped']);
  const port = Number(address.split(':')[1]);
  expect(child.log[0]).toMatchObject({ threads: expect.any(Number) });
  expect(child.log[1]).toMatchObject({ msg: 'listening', service: 'test-codec', host: '127.0.0.1', port });
});

test('calls that outlast the drain end with UNAVAILABLE', async () => {
  const child = new ChildService({ JANUS_MESH_DRAIN_SECONDS: '0.2' });
  const { codec } = await child.client();
  await child.told('ready');
  const answers = codec.decode(nothing())[Symbol.asyncIterator]();
  await answers.next();
  child.process.kill('SIGINT');
  await expect(answers.next()).rejects.toMatchObject({ codeName: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
  expect(await child.end()).toBe(0);
  expect(child.log.at(-1)).toMatchObject({ msg: 'stopped', aborted: 1 });
});

test('a second signal ends the process at once', async () => {
  const child = new ChildService();
  const { codec } = await child.client();
  await child.told('ready');
  const answers = codec.decode(nothing())[Symbol.asyncIterator]();
  await answers.next();
  const failure = expect(answers.next()).rejects.toThrow();
  child.process.kill('SIGTERM');
  await expect.poll(() => child.log.map(({ msg }) => msg)).toContain('draining');
  child.process.kill('SIGINT');
  expect(await child.end()).toBe(1);
  await failure;
});

test('wrong settings are all listed on stderr, and nothing starts', async () => {
  const child = new ChildService({ JANUS_MESH_GRID: '99', JANUS_MESH_PROT: '1', JANUS_MESH_DRAIN_SECONDS: 'soon' });
  expect(await child.end()).toBe(1);
  expect(child.stderr).toBe(
    [
      'error: test-codec: 3 settings are wrong:',
      '  JANUS_MESH_DRAIN_SECONDS="soon": expected a number from 0 to 86400',
      '  JANUS_MESH_GRID="99": expected an integer from 1 to 64',
      '  JANUS_MESH_PROT is no setting of this service; did you mean JANUS_MESH_PORT?\n'
    ].join('\n')
  );
  expect(child.stdout).toBe('');
});

test.each([
  ['that cannot be built', 'refuses', 'bundle is broken: weights.safetensors has 12 bytes, the manifest says 40'],
  ['that cannot warm up', 'not-ready', 'warm-up failed: no such kernel'],
  ['with a bug', 'throws-later', 'a bug nobody caught']
])('a service %s ends with one line on stderr and exit code 1', async (_, mood, message) => {
  const child = new ChildService({ JANUS_MESH_MOOD: mood });
  expect(await child.end()).toBe(1);
  expect(child.stderr).toBe(`error: test-codec: ${message}\n`);
});

test('a service that crashes saves what explains it, after the line that says so; if it can not, that is a line too', async () => {
  const child = new ChildService({ JANUS_MESH_MOOD: 'crashes-badly' });
  expect(await child.end()).toBe(1);
  expect(child.stderr).toBe('error: test-codec: a bug nobody caught\n');
  expect(child.stdout).toMatch(/"msg":"uncaught".*\ncrash saved\n.*"msg":"what explains the crash could not be saved"/);
  expect(child.log.at(-1)).toMatchObject({ err: { message: 'the disk is full' } });
});

test('while it warms up, health says NOT_SERVING, calls are refused, and SIGTERM ends it', async () => {
  const child = new ChildService({ JANUS_MESH_MOOD: 'never-ready' });
  const { codec, address } = await child.client();
  expect(await isServing(address)).toBe(false);
  await expect(codec.describeImageCodec({})).rejects.toMatchObject({ codeName: 'UNAVAILABLE', reason: 'NOT_READY' });
  child.process.kill('SIGTERM');
  expect(await child.end()).toBe(0);
  expect(child.messages).toEqual([{ type: 'listening', port: expect.any(Number) }]);
});

test('a port that is taken is one line on stderr', async () => {
  const first = new ChildService();
  const { address } = await first.client();
  const second = new ChildService({ JANUS_MESH_PORT: String(address.split(':')[1]) });
  expect(await second.end()).toBe(1);
  expect(second.stderr).toBe(`error: test-codec: can't listen on ${address}: another program listens there\n`);
});

test('a service goes with its parent where it is told to, however the parent ended', async () => {
  const parent = fork(join(import.meta.dirname, 'testing/short-lived-parent.ts'), [], { execArgv: ['--import', 'tsx'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [{ pid, port }] = (await once(parent, 'message')) as [{ pid: number; port: number }];
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')));
  expect(await isServing(`127.0.0.1:${port}`)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
