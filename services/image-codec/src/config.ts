import { type ConfigOf, pictureSettings } from '@janus-mesh/service';

/** Settings of the image codec, beside those of every service. */
export const configSchema = pictureSettings;

export type Config = ConfigOf<typeof configSchema.shape>;
