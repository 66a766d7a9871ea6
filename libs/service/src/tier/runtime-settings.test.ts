import { expect, test } from 'vitest';
import { readConfig } from '../read-config.ts';
import { runtimeOptions, runtimeSettings } from './runtime-settings.ts';

const optionsOf = (variables: Record<string, string>) => runtimeOptions(readConfig(runtimeSettings, variables));

test('nothing set is the CPU, the library of the package, and no pinning', () => {
  expect(optionsOf({})).toEqual({ provider: 'cpu', providerOptions: {}, processors: [], libraryPath: undefined });
});

test('a provider, its options, a library and processors are read', () => {
  const variables = {
    JANUS_MESH_PROVIDER: 'cuda',
    JANUS_MESH_PROVIDER_OPTIONS: 'device_id=1, gpu_mem_limit=8589934592,path=/a=b',
    JANUS_MESH_RUNTIME_LIBRARY: '/opt/onnxruntime/lib/libonnxruntime.so.1',
    JANUS_MESH_PROCESSORS: '0-2,5'
  };
  expect(optionsOf(variables)).toEqual({
    provider: 'cuda',
    providerOptions: { device_id: '1', gpu_mem_limit: '8589934592', path: '/a=b' },
    processors: [0, 1, 2, 5],
    libraryPath: '/opt/onnxruntime/lib/libonnxruntime.so.1'
  });
});

test.each([
  ['JANUS_MESH_PROVIDER_OPTIONS', 'device_id', 'pairs like device_id=0,arena_extend_strategy=kSameAsRequested'],
  ['JANUS_MESH_PROCESSORS', '3-1', 'processors like 0-3,8'],
  ['JANUS_MESH_PROCESSORS', '0,0', 'processors like 0-3,8'],
  ['JANUS_MESH_PROCESSORS', 'all', 'processors like 0-3,8']
])('%s=%s is refused', (name, value, expected) => {
  expect(() => optionsOf({ [name]: value })).toThrow(`${name}="${value}": expected ${expected}`);
});
