import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { settleMemory } from './settle-memory.ts';

test('what nobody holds any more is gone afterwards, what is held is not', async () => {
  const held = new Uint8Array(1 << 20);
  const [toHeld, toGarbage] = [new WeakRef(held), new WeakRef(new Uint8Array(1 << 20))];
  await setImmediate(); // a reference that was just made keeps its target until then
  await settleMemory();
  expect(toGarbage.deref()).toBeUndefined();
  expect(toHeld.deref()).toBe(held);
});
