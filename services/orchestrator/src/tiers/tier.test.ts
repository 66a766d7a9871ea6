import { ImageCodecServiceDefinition, type TierInfo } from '@janus-mesh/contracts';
import { bindService, type Handlers, type RpcServer, serve, unavailable } from '@janus-mesh/rpc';
import { createLogger } from '@janus-mesh/telemetry';
import { expect, onTestFinished, test } from 'vitest';
import { requireRevision } from './require-revision.ts';
import { Tier, type TierOptions } from './tier.ts';
import { imageCodecKind } from './tier-kind.ts';
import { tierStatus } from './tier-status.ts';

const OURS = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const logger = createLogger({ service: 'test', level: 'silent' });

/** A codec that says this of itself, and counts; without a revision it is not ready. */
async function codec({ revision }: { revision: string }): Promise<{ server: RpcServer; address: string; says: { revision: string } }> {
  const says = { revision };
  const handlers = {
    async describeImageCodec() {
      if (says.revision === '') throw unavailable('NOT_READY', 'not ready yet');
      return { tier: { revision: says.revision, fingerprint: { digest: says.revision.slice(0, 4) } } as TierInfo };
    },
    getImageCodecStats: async () => ({ tier: { queued: 1, running: 2, completed: 3n, failed: 4n, residentBytes: 5n, uptimeSeconds: 6 } })
  } as unknown as Handlers<ImageCodecServiceDefinition>;
  const rest = { decode: () => [], tokenize: async () => ({}) } as unknown as Handlers<ImageCodecServiceDefinition>;
  const server = await serve({ services: [bindService(ImageCodecServiceDefinition, { ...rest, ...handlers })], logger });
  onTestFinished(() => server.close());
  return { server, address: `127.0.0.1:${server.port}`, says };
}

function openTier(addresses: readonly string[], rest: Partial<TierOptions> = {}): Tier<ImageCodecServiceDefinition> {
  const tier = new Tier(imageCodecKind, { addresses, revision: OURS, ...rest });
  onTestFinished(() => tier.close());
  return tier;
}

const troubles = (tier: Tier<ImageCodecServiceDefinition>) => tier.replicas.map(({ trouble }) => trouble);

test('a look finds who serves our model; the others are avoided until a look finds them well', async () => {
  const codecs = [await codec({ revision: OTHER }), await codec({ revision: '' }), await codec({ revision: OURS })] as const;
  const tier = openTier(codecs.map(({ address }) => address));
  await tier.look();
  expect(troubles(tier)).toEqual([`serves revision ${OTHER}, not ${OURS}`, 'not ready yet', undefined]);
  expect(tier.lastSeen?.revision).toBe(OURS);
  codecs[0].says.revision = OURS;
  codecs[1].says.revision = OURS;
  await codecs[2].server.close();
  await tier.look();
  expect(troubles(tier)).toEqual([undefined, undefined, expect.stringContaining('ECONNREFUSED')]);
});

test('one replica of our model is enough; without any the tier is refused', async () => {
  const [other, ours] = [await codec({ revision: OTHER }), await codec({ revision: OURS })];
  await requireRevision(openTier([other.address, ours.address]), {});
  const mismatch = { reason: 'REVISION_MISMATCH', metadata: { tier: 'image-codec', expected: OURS, served: OTHER } };
  await expect(requireRevision(openTier([other.address]), {})).rejects.toMatchObject({
    ...mismatch,
    message: `image-codec: ${other.address} serves revision ${OTHER}, not ${OURS}`
  });
});

test('the status has every replica, and every name without an address', async () => {
  const [ours, other] = [await codec({ revision: OURS }), await codec({ revision: OTHER })];
  const resolver = async () => {
    throw new Error('ENOTFOUND codec');
  };
  const tier = openTier([ours.address, other.address, 'codec:7001'], { resolver });
  await tier.look();
  const counts = { queued: 1, running: 2, completed: 3n, failed: 4n, residentBytes: 5n, steps: 0n, cacheHits: 0n };
  expect((await tierStatus(tier, {})).replicas).toMatchObject([
    { address: ours.address, ready: true, reason: '', revision: OURS, fingerprint: { digest: 'aaaa' }, ...counts },
    { address: other.address, ready: false, reason: `serves revision ${OTHER}, not ${OURS}`, revision: OTHER, ...counts },
    { address: 'codec:7001', ready: false, reason: 'the name has no address: ENOTFOUND codec', revision: '', queued: 0 }
  ]);
  await expect(requireRevision(openTier(['codec:7001'], { resolver }), {})).rejects.toMatchObject({
    reason: 'TIER_UNAVAILABLE',
    message: 'image-codec at codec:7001 is not available: no address is known (codec:7001: ENOTFOUND codec)'
  });
});
