import { expect, test } from 'vitest';
import { configSchema, requestLimits } from './config.ts';

const addresses = { transformer: '127.0.0.1:7001', visionEncoder: 'vision:7002, dns:///vision-2:7002', imageCodec: '[::1]:7003' };

test('has the limits of the contract by default, and the public port', () => {
  const config = configSchema.parse(addresses);
  expect(config).toMatchObject({ port: 50_051, transformer: ['127.0.0.1:7001'], visionEncoder: ['vision:7002', 'dns:///vision-2:7002'] });
  expect(requestLimits(config as never)).toEqual({
    pictureBytes: 20 * 1024 * 1024,
    picturePixels: 50_000_000,
    pictures: 16,
    samples: 16,
    stopTexts: 4,
    stopTextCharacters: 256,
    promptCharacters: 256 * 1024,
    messages: 1024,
    parts: 4096
  });
});

test.each(['', '127.0.0.1', 'host:0', 'host:70000', 'a:1,,b:2'])('takes %j for no addresses', (transformer) => {
  expect(configSchema.safeParse({ ...addresses, transformer }).success).toBe(false);
});
