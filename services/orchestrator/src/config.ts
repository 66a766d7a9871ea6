import { type ConfigOf, integer, pictureSettings, type Setting, setting } from '@janus-mesh/service';
import type { RequestLimits } from './limits.ts';

const { maxPictureBytes, maxPicturePixels } = pictureSettings.shape;

/** Settings of the orchestrator, beside those of every service. */
export const configSchema = pictureSettings.pick({ maxPictureBytes: true, maxPicturePixels: true }).extend({
  port: integer({ min: 0, max: 65_535, default: 50_051 }).describe('port to listen on; 0 takes a free one'),
  transformer: addresses().describe(
    'where the transformers listen: addresses with commas between, or a name of several, as dns:///transformer:50061'
  ),
  visionEncoder: addresses().describe('where the vision encoders listen'),
  imageCodec: addresses().describe('where the image codecs listen'),
  resolveSeconds: integer({ min: 1, max: 3600, default: 5 }).describe('names of tiers are looked up again after so many seconds'),
  silenceSeconds: integer({ min: 1, max: 3600, default: 10 }).describe(
    'a replica that sends nothing for so many seconds is asked whether it is there; without an answer it is given up'
  ),
  maxPictureBytes: maxPictureBytes.describe('longest file of a picture; the vision encoder has the same setting'),
  maxPicturePixels: maxPicturePixels.describe('most pixels of a picture, as callers are told; the vision encoder enforces it'),
  maxPictures: integer({ min: 0, max: 1024, default: 16 }).describe('most pictures of a chat'),
  maxSamples: integer({ min: 1, max: 16, default: 16 }).describe('most pictures that are drawn for a request'),
  maxStopTexts: integer({ min: 0, max: 64, default: 4 }).describe('most stop texts of a chat'),
  maxStopTextCharacters: integer({ min: 1, max: 65_536, default: 256 }).describe('longest stop text'),
  maxPromptCharacters: integer({ min: 1, max: 64 * 1024 * 1024, default: 256 * 1024 }).describe('most characters of all texts of a prompt'),
  maxMessages: integer({ min: 1, max: 1_000_000, default: 1024 }).describe('most messages of a chat'),
  maxParts: integer({ min: 1, max: 1_000_000, default: 4096 }).describe('most parts of all messages of a chat'),
  encodesAtOnce: integer({ min: 1, max: 64, default: 2 }).describe('pictures of one chat that are encoded at the same time')
});

export type Config = ConfigOf<typeof configSchema.shape>;

/** What requests are checked against, from the settings. */
export function requestLimits(config: Config): RequestLimits {
  return {
    pictureBytes: config.maxPictureBytes,
    picturePixels: config.maxPicturePixels,
    pictures: config.maxPictures,
    samples: config.maxSamples,
    stopTexts: config.maxStopTexts,
    stopTextCharacters: config.maxStopTextCharacters,
    promptCharacters: config.maxPromptCharacters,
    messages: config.maxMessages,
    parts: config.maxParts
  };
}

function addresses(): Setting<readonly string[]> {
  return setting<readonly string[]>('addresses like 127.0.0.1:50061, with commas between', undefined, (text) => {
    const list = text.split(',').map((entry) => entry.trim());
    return list.every(isAddress) ? list : undefined;
  });
}

function isAddress(text: string): boolean {
  const port = Number(/^.+:(\d{1,5})$/.exec(text)?.[1]);
  return port >= 1 && port <= 65_535;
}
