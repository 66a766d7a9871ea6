import { ModelError } from '@janus-mesh/models';
import { parseJson, readRequired } from './files.ts';

/**
 * Reads an index of shards: which tensors lie in which file.
 *
 * @returns tensor names by shard, in the index's order
 * @throws {ModelError} corrupt_checkpoint if it has not that form or names a file outside the folder
 */
export async function readShardIndex(folder: string, indexName: string): Promise<Map<string, string[]>> {
  const index = parseJson(await readRequired(folder, indexName), indexName, 'corrupt_checkpoint');
  const weightMap = typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : undefined;
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap))
    throw new ModelError('corrupt_checkpoint', `${indexName}: weight_map is no object of tensors and files`);
  const shards = new Map<string, string[]>();
  for (const [tensor, shard] of Object.entries(weightMap)) {
    if (typeof shard !== 'string' || !/^[^/\\\0]{1,255}$/.test(shard) || shard === '..' || shard === '.')
      throw new ModelError('corrupt_checkpoint', `${indexName}: tensor ${tensor} lies in ${JSON.stringify(shard)}, which is no file name`);
    const names = shards.get(shard);
    if (names) names.push(tensor);
    else shards.set(shard, [tensor]);
  }
  return shards;
}
