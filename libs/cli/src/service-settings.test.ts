import { expect, test } from 'vitest';
import { addSetting } from './service-settings.ts';

test('settings are gathered by service, as the variables it reads', () => {
  const both = addSetting('transformer.QUEUE_LIMIT=9', addSetting('transformer.SLOTS=8', addSetting('image-codec.QUEUE_LIMIT=2', {})));
  expect(both).toEqual({
    'image-codec': { JANUS_MESH_QUEUE_LIMIT: '2' },
    transformer: { JANUS_MESH_SLOTS: '8', JANUS_MESH_QUEUE_LIMIT: '9' }
  });
});

test.each(['SLOTS=8', 'transformers.SLOTS=8', 'transformer.slots=8', 'transformer.SLOTS'])('%s is refused', (text) => {
  expect(() => addSetting(text, {})).toThrow('Expected service.NAME=value');
});
