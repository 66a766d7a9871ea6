import { expect, test } from 'vitest';
import { internal } from '../errors/families.ts';
import { testMesh } from '../testing/test-mesh.ts';

const INFO = 30;
const DEBUG = 20;

test('a call that only looks is logged at debug when it ends well, at info when it fails', async () => {
  let fails = false;
  const { janus, requests } = await testMesh({
    janus: {
      getStatus: async () => {
        if (fails) throw internal('no');
        return { tiers: [], revision: 'a' };
      }
    }
  });
  await janus.getStatus({});
  fails = true;
  await expect(janus.getStatus({})).rejects.toThrow('no');
  await expect
    .poll(() => requests().map(({ level, code }) => [level, code]))
    .toEqual([
      [DEBUG, 'OK'],
      [INFO, 'INTERNAL']
    ]);
});
