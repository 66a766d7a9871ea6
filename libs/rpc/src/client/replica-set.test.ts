import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testMesh } from '../testing/test-mesh.ts';
import { ReplicaSet, type ReplicaSetOptions } from './replica-set.ts';

function openSet(targets: readonly string[], options: ReplicaSetOptions = {}): ReplicaSet<ImageCodecServiceDefinition> {
  const set = new ReplicaSet(ImageCodecServiceDefinition, targets, options);
  onTestFinished(() => set.close());
  return set;
}

const addressesOf = (set: ReplicaSet<ImageCodecServiceDefinition>) => set.replicas.map(({ address }) => address);

/** A resolver that says what it is told to. */
function scripted(names: Record<string, readonly string[]>): {
  names: Record<string, readonly string[]>;
  asked: string[];
  options: ReplicaSetOptions;
} {
  const asked: string[] = [];
  const resolver = async (host: string) => {
    asked.push(host);
    const found = names[host];
    if (found === undefined) throw new Error(`ENOTFOUND ${host}`);
    return found;
  };
  return { names, asked, options: { resolver, resolveMs: 20 } };
}

describe('the replicas of a set', () => {
  test('are addresses as they stand, at once and each once', async () => {
    const { asked, options } = scripted({});
    const set = openSet(['127.0.0.1:7001', '[::1]:7002', 'dns:///10.0.0.3:7001', '127.0.0.1:7001'], options);
    expect(addressesOf(set)).toEqual(['127.0.0.1:7001', '[::1]:7002', '10.0.0.3:7001']);
    await set.resolved();
    expect(asked).toEqual([]);
  });

  test.each(['codec:7001', 'dns:///codec:7001'])('are all addresses of a name: %s', async (target) => {
    const set = openSet(['127.0.0.9:1', target], scripted({ codec: ['10.0.0.1', '10.0.0.2', 'fd00::3'] }).options);
    expect(addressesOf(set)).toEqual(['127.0.0.9:1']);
    expect(set.unresolved).toEqual([{ target, reason: 'was not looked up yet' }]);
    await set.resolved();
    expect(addressesOf(set)).toEqual(['127.0.0.9:1', '10.0.0.1:7001', '10.0.0.2:7001', '[fd00::3]:7001']);
    expect(set.unresolved).toEqual([]);
  });

  test('come and go with the addresses of the name; those that stay keep their channel, their calls and their trouble', async () => {
    const script = scripted({ codec: ['10.0.0.1', '10.0.0.2'] });
    const set = openSet(['codec:7001'], script.options);
    await set.resolved();
    const [, second] = set.replicas;
    second?.begin();
    second?.avoid('drains');
    script.names.codec = ['10.0.0.2', '10.0.0.3'];
    await expect.poll(() => addressesOf(set)).toEqual(['10.0.0.2:7001', '10.0.0.3:7001']);
    expect(set.replicas[0]).toBe(second);
    expect(set.replicas.map(({ inFlight, trouble }) => [inFlight, trouble])).toEqual([
      [1, 'drains'],
      [0, undefined]
    ]);
  });

  test('stay as they are while the name cannot be looked up', async () => {
    const script = scripted({ codec: ['10.0.0.1'] });
    const set = openSet(['codec:7001', 'other:7002'], script.options);
    await set.resolved();
    delete script.names.codec;
    await set.resolve();
    expect(addressesOf(set)).toEqual(['10.0.0.1:7001']);
    expect(set.unresolved).toEqual([{ target: 'other:7002', reason: 'ENOTFOUND other' }]);
  });

  test('are found by the system, where no other resolver is given', async () => {
    const set = openSet(['localhost:7001']);
    await set.resolved();
    expect(addressesOf(set)).toHaveLength(1);
  });

  test.each([[[]], [['codec']], [['codec:']]])('are none without an address: %j', (targets) => {
    expect(() => openSet(targets)).toThrow(RangeError);
  });
});

describe('the choice', () => {
  test('leaves out what is excluded, and takes one in trouble only where there is no other', () => {
    const set = openSet(['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']);
    const [first, second, third] = set.replicas;
    if (first === undefined || second === undefined || third === undefined) throw new Error('there are three');
    second.avoid('drains');
    third.avoid('drains');
    for (let i = 0; i < 20; i += 1) expect(set.choose({ key: `key ${i}` })).toBe(first);
    const others = Array.from({ length: 50 }, (_, i) => set.choose({ key: `key ${i}`, exclude: new Set([first]) }));
    expect(new Set(others)).toEqual(new Set([second, third]));
    third.trust();
    expect(set.choose({ exclude: new Set([first]) })).toBe(third);
    expect(set.choose({ exclude: new Set([first, second, third]) })).toBeUndefined();
  });

  test('goes to the least busy without a key', () => {
    const set = openSet(['127.0.0.1:1', '127.0.0.1:2']);
    const [first, second] = set.replicas;
    const isOver = first?.begin();
    expect(set.choose()).toBe(second);
    second?.begin();
    isOver?.();
    isOver?.();
    expect(first?.inFlight).toBe(0);
    expect(set.choose()).toBe(first);
  });
});

test('a replica that leaves the name lets its running calls finish', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const mesh = await testMesh({
    codec: {
      async describeImageCodec() {
        await held;
        return { grid: 24 };
      }
    }
  });
  const script = scripted({ codec: ['127.0.0.1'] });
  const set = openSet([`codec:${mesh.server.port}`], script.options);
  await set.resolved();
  const answer = set.replicas[0]?.client.describeImageCodec({});
  await expect.poll(() => mesh.server.callCount).toBe(1);
  script.names.codec = [];
  await expect.poll(() => set.replicas).toEqual([]);
  release();
  expect(await answer).toMatchObject({ grid: 24 });
});
