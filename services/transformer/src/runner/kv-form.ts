import type { KvForm, Quantization } from '@janus-mesh/models';

/** What the KV cache is to be made of; 'auto': what the bundle says. */
export type KvChoice = 'auto' | 'f32' | 'int8';

/**
 * What the KV cache of a bundle is made of.
 *
 * @throws {RangeError} if int8 is asked for and the bundle has no scales for it
 */
export function kvForm({ kv }: Pick<Quantization, 'kv'>, choice: KvChoice): KvForm {
  if (choice === 'int8' && kv === 'f32')
    throw new RangeError('an int8 KV cache needs scales measured at import, and this bundle has none: import it quantised, or use f32');
  return choice === 'f32' ? 'f32' : kv;
}
