import { setTimeout as sleep } from 'node:timers/promises';
import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { bindService, type Handlers, unimplemented } from '@janus-mesh/rpc';
import { z } from 'zod';
import { CONFIG, choice, integer, provide, type ServiceDefinition, type Token, token } from '../index.ts';

const configSchema = z.object({
  grid: integer({ min: 1, max: 64, default: 24 }),
  bundle: z.string().default('none'),
  mood: choice(['good', 'refuses', 'never-ready', 'not-ready', 'throws-later', 'crashes-badly'], { default: 'good' })
});
type Config = z.infer<typeof configSchema>;

/** Something with a lifetime, made by Nest; says on stdout when it is closed. */
const FILE = token<{ readonly grid: number; onModuleDestroy(): void }>('file');

/** A small service to start, stop and break. */
export const codecService: ServiceDefinition<typeof configSchema.shape> = {
  name: 'test-codec',
  configSchema,
  providers: [
    provide(FILE, [CONFIG as Token<Config>], ({ grid }) => ({ grid, onModuleDestroy: () => void process.stdout.write('file closed\n') }))
  ],
  build({ config, get }) {
    if (config.mood === 'refuses') throw new Error('bundle is broken: weights.safetensors has 12 bytes, the manifest says 40');
    if (config.mood === 'throws-later' || config.mood === 'crashes-badly')
      setTimeout(() => Promise.reject(new Error('a bug nobody caught')), 50);
    return {
      services: [bindService(ImageCodecServiceDefinition, handlers(get(FILE).grid))],
      async ready(signal) {
        if (config.mood === 'not-ready') throw new Error('warm-up failed: no such kernel');
        if (config.mood === 'never-ready') await sleep(60_000, undefined, { signal });
      },
      crashed() {
        process.stdout.write('crash saved\n');
        if (config.mood === 'crashes-badly') throw new Error('the disk is full');
      },
      stop: () => void process.stdout.write('service closed\n')
    };
  }
};

function handlers(grid: number): Handlers<ImageCodecServiceDefinition> {
  return {
    describeImageCodec: async () => ({ grid }),
    async *decode(_requests, { signal }) {
      yield { event: { $case: 'preview', value: { rowsDone: 1 } } };
      await sleep(60_000, undefined, { signal });
    },
    async tokenize(requests) {
      for await (const _ of requests);
      await sleep(300);
      return { grid };
    },
    async getImageCodecStats() {
      throw unimplemented('not here');
    }
  };
}
