import { expect, test, vi } from 'vitest';
import { readEnvironment } from './env.ts';

test('settings of services in the environment are not passed on, and known by name', () => {
  vi.stubEnv('JANUS_MESH_KV', 'f32');
  vi.stubEnv('JANUS_MESH_HOME', '/somewhere');
  vi.stubEnv('JANUS_MESH_TEST_PYTHON', 'python3');
  const { unread, passedOn, home } = readEnvironment();
  vi.unstubAllEnvs();
  expect(unread).toContain('JANUS_MESH_KV');
  for (const name of ['JANUS_MESH_HOME', 'JANUS_MESH_TEST_PYTHON']) expect(unread).not.toContain(name);
  expect(passedOn).not.toHaveProperty('JANUS_MESH_KV');
  expect(home).toBe('/somewhere');
});
