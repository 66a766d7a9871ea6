import { type ConfigOf, integer, pictureSettings, runtimeSettings } from '@janus-mesh/service';

const MIB = 1024 * 1024;

/** Settings of the vision encoder, beside those of every service. */
export const configSchema = pictureSettings.extend(runtimeSettings.shape).extend({
  batch: integer({ min: 1, max: 64, default: 4 }).describe('most pictures that run together'),
  featureCacheBytes: integer({ min: 0, default: 128 * MIB }).describe('most bytes of features that are kept; 0 keeps none')
});

export type Config = ConfigOf<typeof configSchema.shape>;
