import { startService } from '@janus-mesh/service';
import { expect, test } from 'vitest';
import { transformer } from './service.ts';

test('a step delay without diagnostics is refused before anything is loaded', async () => {
  const variables = { JANUS_MESH_BUNDLE: '/no/such/bundle', JANUS_MESH_LOG_LEVEL: 'silent', JANUS_MESH_STEP_DELAY_MS: '5' };
  await expect(startService(transformer, variables)).rejects.toMatchObject({
    name: 'ConfigError',
    faults: ['JANUS_MESH_STEP_DELAY_MS="5": expected JANUS_MESH_DIAGNOSTICS=true beside it, since it slows everyone']
  });
  await expect(startService(transformer, { ...variables, JANUS_MESH_DIAGNOSTICS: 'true' })).rejects.toThrow('/no/such/bundle');
});
