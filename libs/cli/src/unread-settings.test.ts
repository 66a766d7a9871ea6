import { expect, test } from 'vitest';
import { unreadSettingsWarning } from './unread-settings.ts';

test('settings of services in the environment of up are named, with the options to give instead', () => {
  expect(unreadSettingsWarning(['JANUS_MESH_KV', 'JANUS_MESH_BUNDLE'])).toBe(
    'not passed on to the services: JANUS_MESH_KV, JANUS_MESH_BUNDLE; give --set <service>.KV=... --bundle <folder> (as --set transformer.SLOTS=4)'
  );
  expect(unreadSettingsWarning(['JANUS_MESH_PORT'])).toBe('not passed on to the services: JANUS_MESH_PORT; give --port <port>');
  expect(unreadSettingsWarning([])).toBeUndefined();
});
