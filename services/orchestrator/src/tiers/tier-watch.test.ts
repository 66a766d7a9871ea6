import { expect, test } from 'vitest';
import { TierWatch } from './tier-watch.ts';

/** A tier that is seen with the given look. */
class LateTier {
  looks = 0;
  lastSeen: string | undefined;
  readonly #seenAt: number;

  constructor(seenAt: number) {
    this.#seenAt = seenAt;
  }

  async look(): Promise<void> {
    this.looks += 1;
    if (this.looks >= this.#seenAt) this.lastSeen = 'here';
  }
}

const NEVER = new AbortController().signal;

test('is done once each tier was seen, in whatever order they come', async () => {
  const tiers = [new LateTier(1), new LateTier(3), new LateTier(2)];
  const watch = new TierWatch(tiers, { unseenMs: 1, seenMs: 60_000 });
  await watch.untilAllSeen(NEVER);
  watch.stop();
  expect(tiers.map((tier) => tier.looks)).toEqual([3, 3, 3]);
});

test('goes on looking until it is stopped', async () => {
  const tier = new LateTier(1);
  const watch = new TierWatch([tier], { unseenMs: 1, seenMs: 1 });
  await watch.untilAllSeen(NEVER);
  await expect.poll(() => tier.looks).toBeGreaterThan(3);
  watch.stop();
});

test('gives up when it is stopped before all were seen', async () => {
  const controller = new AbortController();
  const watch = new TierWatch([new LateTier(1_000_000)], { unseenMs: 1, seenMs: 1 });
  const waiting = watch.untilAllSeen(controller.signal);
  controller.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow();
});
