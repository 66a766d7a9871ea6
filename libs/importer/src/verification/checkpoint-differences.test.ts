import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCheckpoint } from '../import-checkpoint.ts';
import { golden, temporaryFolder } from '../testing/golden-folder.ts';
import { checkpointDifferences } from './checkpoint-differences.ts';

test('a checkpoint that is not the one of a bundle is told apart by its sizes and its tokenizer', async () => {
  const { config, tokenizer } = await importCheckpoint(golden('tiny-pro'), join(temporaryFolder(), 'bundle'), { calibrate: false });
  expect(await checkpointDifferences(golden('tiny-pro'), { config, tokenizer })).toEqual([]);
  const other = { ...config, text: { ...config.text, hiddenSize: 2048 }, codec: { ...config.codec, channelMultiplier: [1, 2] } };
  expect(await checkpointDifferences(golden('tiny-pro'), { config: other, tokenizer: { ...tokenizer, sha256: '' } })).toEqual([
    'text.hiddenSize is 64, not 2048',
    `codec.channelMultiplier is ${JSON.stringify(config.codec.channelMultiplier)}, not [1,2]`,
    'the tokenizer is another'
  ]);
});
