import {
  type FeatureCacheStats,
  type GetTransformerStatsResponse,
  ImageCodecServiceDefinition,
  type PrefixCacheStats,
  type TierInfo,
  type TierStats,
  TransformerServiceDefinition,
  VisionEncoderServiceDefinition
} from '@janus-mesh/contracts';
import type { CallOptions, Client, ServiceDefinition } from '@janus-mesh/rpc';

/** What a replica counts: the transformer's rows, steps and KV cache, the features that it or a vision encoder keeps. */
export interface ReplicaCounts
  extends Partial<Pick<GetTransformerStatsResponse, 'textRows' | 'codeRows' | 'steps' | 'stepTokens' | 'kvBytesUsed' | 'kvBytesBudget'>> {
  readonly tier: TierStats | undefined;
  readonly prefixes?: PrefixCacheStats | undefined;
  /** Of features, where it has one. */
  readonly cache?: FeatureCacheStats | undefined;
}

/** One of the three kinds of tier: what it is called and how it tells of itself. */
export interface TierKind<Service extends ServiceDefinition> {
  readonly name: 'vision-encoder' | 'transformer' | 'image-codec';
  readonly definition: Service;
  describe(client: Client<Service>, options: CallOptions): Promise<TierInfo | undefined>;
  stats(client: Client<Service>, options: CallOptions): Promise<ReplicaCounts>;
}

export const visionEncoderKind: TierKind<VisionEncoderServiceDefinition> = {
  name: 'vision-encoder',
  definition: VisionEncoderServiceDefinition,
  describe: async (client, options) => (await client.describeVisionEncoder({}, options)).tier,
  stats: (client, options) => client.getVisionEncoderStats({}, options)
};

export const transformerKind: TierKind<TransformerServiceDefinition> = {
  name: 'transformer',
  definition: TransformerServiceDefinition,
  describe: async (client, options) => (await client.describeTransformer({}, options)).tier,
  async stats(client, options) {
    const { features, ...counts } = await client.getTransformerStats({}, options);
    return { ...counts, cache: features };
  }
};

export const imageCodecKind: TierKind<ImageCodecServiceDefinition> = {
  name: 'image-codec',
  definition: ImageCodecServiceDefinition,
  describe: async (client, options) => (await client.describeImageCodec({}, options)).tier,
  stats: (client, options) => client.getImageCodecStats({}, options)
};
