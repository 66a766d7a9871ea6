import type { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { ImageCodec } from '../image-codec.ts';

/** DescribeImageCodec. */
export function describeRoute({ info, codec }: ImageCodec): Handler<ImageCodecServiceDefinition, 'describeImageCodec'> {
  const { imageSize, grid, codebookSize } = codec;
  return async () => ({ tier: info, imageSize, grid, codebookSize });
}
