import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failedPrecondition, invalidArgument, resourceExhausted, unavailable } from '../errors/families.ts';
import type { MeshError } from '../errors/mesh-error.ts';
import type { RpcServer } from '../index.ts';
import { collect } from '../testing/collect.ts';
import { freezableProxy } from '../testing/freezable-proxy.ts';
import { testMesh } from '../testing/test-mesh.ts';
import { untilAborted } from '../testing/waiting.ts';
import { callReplica, type ReplicaCall } from './call-replica.ts';
import { ReplicaSet } from './replica-set.ts';

type Codec = ImageCodecServiceDefinition;
/** What a stub says: rows of previews, or `queued` for none; then it fails, waits to be aborted, or ends. */
type Saying = readonly (number | 'queued' | 'wait' | MeshError)[];

interface Stub {
  readonly server: RpcServer;
  readonly address: string;
  /** Calls it got so far. */
  calls: number;
}

async function stub(saying: Saying, port = 0): Promise<Stub> {
  const found = await testMesh({
    port,
    codec: {
      async *decode(_, { signal }) {
        self.calls += 1;
        for (const word of saying) {
          if (word === 'wait') await untilAborted(signal);
          else if (word === 'queued') yield {};
          else if (typeof word === 'number') yield { event: { $case: 'preview', value: { rowsDone: word } } };
          else throw word;
        }
      },
      describeImageCodec: async () => ({})
    }
  });
  const self: Stub = { server: found.server, address: found.address, calls: 0 };
  return self;
}

/** A set of stubs, with a key whose order is that of the stubs. */
function setOf(addresses: readonly string[]): { set: ReplicaSet<Codec>; key: string } {
  const set = new ReplicaSet(ImageCodecServiceDefinition, addresses);
  onTestFinished(() => set.close());
  for (let i = 0; ; i += 1) {
    const key = `key ${i}`;
    const order: string[] = [];
    const exclude = new Set<(typeof set.replicas)[number]>();
    for (let next = set.choose({ key }); next !== undefined; next = set.choose({ key, exclude })) {
      order.push(next.address);
      exclude.add(next);
    }
    if (order.join() === addresses.join()) return { set, key };
  }
}

type Rest = Partial<ReplicaCall<Codec, number | undefined>>;

/** The rows that a call gets; a message without an event is not binding. */
function rows({ set, key }: { set: ReplicaSet<Codec>; key: string }, rest: Rest = {}): AsyncGenerator<number | undefined, void> {
  return callReplica<Codec, number | undefined>(set, {
    key,
    binds: (row) => row !== undefined,
    async *start({ client }, signal) {
      const answers = client.decode(silence(signal), { signal, deadline: rest.deadline });
      for await (const { event } of answers) yield event?.$case === 'preview' ? event.value.rowsDone : undefined;
    },
    explain: (error, replica) => Object.assign(error as MeshError, { from: replica?.address }),
    ...rest
  });
}

async function* silence(signal: AbortSignal): AsyncGenerator<never> {
  await untilAborted(signal).catch(() => undefined);
}

const inFlight = ({ set }: { set: ReplicaSet<Codec> }) => set.replicas.map((replica) => replica.inFlight);

describe('a call that is bound to no replica yet is tried on another', () => {
  test.each<[string, MeshError]>([
    ['is not ready', unavailable('NOT_READY', 'not ready yet')],
    ['drains', unavailable('DRAINING', 'shuts down')],
    ['serves another model', failedPrecondition('REVISION_MISMATCH', 'serves another model')],
    ['is full', resourceExhausted('QUEUE_FULL', '256 of 256 wait')]
  ])('where its own %s', async (_, refusal) => {
    const [first, second] = [await stub(['queued', refusal]), await stub(['queued', 1, 2])];
    const mesh = setOf([first.address, second.address]);
    const retries: unknown[] = [];
    const onRetry: Rest['onRetry'] = (error, from, to) => retries.push([error.reason, from.address, to.address]);
    expect(await collect(rows(mesh, { onRetry }))).toEqual([undefined, undefined, 1, 2]);
    expect(retries).toEqual([[refusal.reason, first.address, second.address]]);
    expect(inFlight(mesh)).toEqual([0, 0]);
    const isAvoided = refusal.reason !== 'QUEUE_FULL';
    expect(mesh.set.replicas[0]?.trouble).toBe(isAvoided ? refusal.message : undefined);
    expect(await collect(rows(mesh))).toHaveLength(isAvoided ? 3 : 4);
    expect(first.calls).toBe(isAvoided ? 1 : 2);
  });

  test('and each attempt is told, with why it was that replica', async () => {
    const [first, second] = [await stub(['queued', unavailable('NOT_READY', 'not ready yet')]), await stub(['queued', 1])];
    const mesh = setOf([first.address, second.address]);
    const attempts: unknown[] = [];
    const onAttempt: Rest['onAttempt'] = ({ address }, reason) => attempts.push([address, reason]);
    await collect(rows(mesh, { onAttempt }));
    await collect(rows(mesh, { onAttempt }));
    await collect(rows(mesh, { onAttempt, key: undefined }));
    expect(attempts).toEqual([
      [first.address, 'home'],
      [second.address, 'retry'],
      [second.address, 'spill'],
      [second.address, 'idlest']
    ]);
  });

  test('where nobody listens, and comes home once it is back and trusted', async () => {
    const gone = await stub([]);
    await gone.server.close();
    const other = await stub([7]);
    const mesh = setOf([gone.address, other.address]);
    expect(await collect(rows(mesh))).toEqual([7]);
    const back = await stub([8], gone.server.port);
    expect(await collect(rows(mesh))).toEqual([7]);
    expect(back.calls).toBe(0);
    const trusting = async () => {
      mesh.set.replicas[0]?.trust();
      return collect(rows(mesh));
    };
    await expect.poll(trusting, { timeout: 5000 }).toEqual([8]);
  });

  test('where its own drains while the call waits in it', async () => {
    const [first, second] = [await stub(['queued', 'wait']), await stub([1])];
    const mesh = setOf([first.address, second.address]);
    const events = rows(mesh);
    expect(await events.next()).toEqual({ done: false, value: undefined });
    expect(inFlight(mesh)).toEqual([1, 0]);
    const drained = first.server.drain({ timeoutMs: 50 });
    expect(await collect(events)).toEqual([1]);
    expect(await drained).toEqual({ aborted: 1 });
  });

  test('where its own is killed while the call waits in it', async () => {
    const [killed, other] = [await stub(['queued', 'wait']), await stub([1])];
    const proxy = await freezableProxy(killed.server.port);
    const mesh = setOf([proxy.address, other.address]);
    const events = rows(mesh);
    await events.next();
    proxy.cut();
    expect(await collect(events)).toEqual([1]);
    expect(mesh.set.replicas[0]?.trouble).toBeDefined();
  });

  test('where its own is frozen: silent, and without an answer', async () => {
    const [frozen, other] = [await stub(['queued', 'wait']), await stub([1])];
    const proxy = await freezableProxy(frozen.server.port);
    const mesh = setOf([proxy.address, other.address]);
    const asked: string[] = [];
    const answers = (replica: (typeof mesh.set.replicas)[number]) => {
      asked.push(replica.address);
      return replica.client.describeImageCodec({}, { deadline: Date.now() + 1000 }).then(
        () => true,
        () => false
      );
    };
    const events = rows(mesh, { silence: { afterMs: 50, answers } });
    await events.next();
    const rest = collect(events);
    await expect.poll(() => asked.length).toBeGreaterThan(1); // it answers, and is waited for
    expect(other.calls).toBe(0);
    proxy.freeze();
    expect(await rest).toEqual([1]);
    expect(new Set(asked)).toEqual(new Set([proxy.address]));
    expect(mesh.set.replicas[0]?.trouble).toBe('sent nothing for 50 ms, and does not answer');
  });
});

describe('a call fails', () => {
  const away = unavailable('NOT_READY', 'not ready yet', { retryAfterMs: 500 });

  test('once its replica was bound, with what broke it', async () => {
    const [first, second] = [await stub([1, 'wait']), await stub([1])];
    const events = rows(setOf([first.address, second.address]));
    await events.next();
    const failure = expect(events.next()).rejects.toMatchObject({ codeName: 'UNAVAILABLE', reason: 'SHUTTING_DOWN', from: first.address });
    await first.server.close();
    await failure;
    expect(second.calls).toBe(0);
  });

  test('after each replica was tried once, with a reason and when to come again', async () => {
    const stubs = [await stub([away]), await stub(['queued', away]), await stub([away])];
    const mesh = setOf(stubs.map(({ address }) => address));
    await expect(collect(rows(mesh))).rejects.toMatchObject({ codeName: 'UNAVAILABLE', reason: 'NOT_READY', retryAfterMs: 500 });
    expect(stubs.map(({ calls }) => calls)).toEqual([1, 1, 1]);
    expect(inFlight(mesh)).toEqual([0, 0, 0]);
  });

  test('after two full queues, though a third replica is left', async () => {
    const full = resourceExhausted('QUEUE_FULL', 'full', { retryAfterMs: 700 });
    const stubs = [await stub([full]), await stub([full]), await stub([1])];
    await expect(collect(rows(setOf(stubs.map(({ address }) => address))))).rejects.toMatchObject({
      reason: 'QUEUE_FULL',
      retryAfterMs: 700
    });
    expect(stubs.map(({ calls }) => calls)).toEqual([1, 1, 0]);
  });

  test('with the full queue where the others are away, and as away where the rest serves another model', async () => {
    const full = await stub([resourceExhausted('QUEUE_FULL', 'full')]);
    const gone = await stub([away]);
    const other = await stub([failedPrecondition('REVISION_MISMATCH', 'other')]);
    await expect(collect(rows(setOf([full.address, gone.address])))).rejects.toMatchObject({ reason: 'QUEUE_FULL', from: full.address });
    await expect(collect(rows(setOf([gone.address, other.address])))).rejects.toMatchObject({ reason: 'NOT_READY', from: gone.address });
  });

  test('at once where another replica would not help', async () => {
    const [first, second] = [await stub([invalidArgument([{ field: 'start', description: 'is wrong' }])]), await stub([1])];
    await expect(collect(rows(setOf([first.address, second.address])))).rejects.toMatchObject({ codeName: 'INVALID_ARGUMENT' });
    expect(second.calls).toBe(0);
  });

  test('at its deadline, and when it is cancelled, without another try', async () => {
    const [first, second] = [await stub(['queued', 'wait']), await stub([1])];
    const mesh = setOf([first.address, second.address]);
    await expect(collect(rows(mesh, { deadline: Date.now() + 60 }))).rejects.toMatchObject({ codeName: 'DEADLINE_EXCEEDED' });
    const controller = new AbortController();
    const events = rows(mesh, { signal: controller.signal });
    await events.next();
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ codeName: 'CANCELLED' });
    expect(second.calls).toBe(0);
    await expect.poll(() => first.server.callCount).toBe(0);
    expect(inFlight(mesh)).toEqual([0, 0]);
  });

  test('where no name has an address', async () => {
    const resolver = async () => {
      throw new Error('ENOTFOUND codec');
    };
    const set = new ReplicaSet(ImageCodecServiceDefinition, ['codec:7001'], { resolver });
    onTestFinished(() => set.close());
    await expect(collect(rows({ set, key: 'a' }))).rejects.toMatchObject({
      codeName: 'UNAVAILABLE',
      reason: 'NO_REPLICA',
      message: 'no address is known (codec:7001: ENOTFOUND codec)',
      from: undefined
    });
  });
});

test('calls of one key that come together spill over to another replica, by their weight', async () => {
  const stubs = [await stub([1, 'wait']), await stub([1, 'wait'])];
  const mesh = setOf(stubs.map(({ address }) => address));
  const together = async (...weights: number[]) => {
    const calls = weights.map((weight) => rows(mesh, { weight }));
    await Promise.all(calls.map((call) => call.next()));
    const load = inFlight(mesh);
    await Promise.all(calls.map((call) => call.return()));
    return load;
  };
  expect(await together(1, 1, 1, 1)).toEqual([3, 1]);
  expect(await together(32, 1, 2)).toEqual([32, 3]);
  expect(inFlight(mesh)).toEqual([0, 0]);
});

test('leaving the loop cancels the call and counts it off', async () => {
  const only = await stub([1, 'wait']);
  const mesh = setOf([only.address]);
  for await (const row of rows(mesh)) {
    expect([row, inFlight(mesh)]).toEqual([1, [1]]);
    break;
  }
  expect(inFlight(mesh)).toEqual([0]);
  await expect.poll(() => only.server.callCount).toBe(0);
});
