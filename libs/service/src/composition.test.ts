import { createLogger, noTelemetry } from '@janus-mesh/telemetry';
import { expect, test } from 'vitest';
import { CONFIG, compose } from './composition.ts';
import { provide, type Token, token } from './provide.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const base = { config: {}, logger, telemetry: noTelemetry };
const SIZE = token<number>('size');
const NAME = token<string>('name');

test('things are made from those they name, whatever the order, also when they take time', async () => {
  const app = await compose({ ...base, config: { size: 3 } }, [
    provide(NAME, [SIZE], (size) => 'x'.repeat(size)),
    provide(SIZE, [CONFIG as Token<{ size: number }>], async ({ size }) => size)
  ]);
  expect(app.get(NAME)).toBe('xxx');
  await app.close();
});

test('things are closed at the end, those that use others first', async () => {
  const closed: string[] = [];
  const thing = (name: string) => ({ onModuleDestroy: () => void closed.push(name) });
  const FILE = token<ReturnType<typeof thing>>('file');
  const READER = token<ReturnType<typeof thing>>('reader');
  const app = await compose(base, [provide(FILE, [], () => thing('file')), provide(READER, [FILE], () => thing('reader'))]);
  await app.close();
  expect(closed).toEqual(['reader', 'file']);
});

test('what a factory throws comes out as it is', async () => {
  const broken = compose(base, [
    provide(SIZE, [], () => {
      throw new RangeError('no room');
    })
  ]);
  await expect(broken).rejects.toThrow(new RangeError('no room'));
});
