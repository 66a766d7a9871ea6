import { type ConfigOf, pictureSettings, runtimeSettings } from '@janus-mesh/service';

/** Settings of the image codec, beside those of every service. */
export const configSchema = pictureSettings.extend(runtimeSettings.shape);

export type Config = ConfigOf<typeof configSchema.shape>;
