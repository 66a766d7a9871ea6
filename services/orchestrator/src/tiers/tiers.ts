import type { ImageCodecServiceDefinition, TransformerServiceDefinition, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { Tier } from './tier.ts';
import { imageCodecKind, transformerKind, visionEncoderKind } from './tier-kind.ts';

/** Where the tiers listen: host:port each. */
export interface TierAddresses {
  readonly transformer: readonly string[];
  readonly visionEncoder: readonly string[];
  readonly imageCodec: readonly string[];
}

/** The three tiers behind an orchestrator. */
export interface Tiers {
  readonly transformer: Tier<TransformerServiceDefinition>;
  readonly visionEncoder: Tier<VisionEncoderServiceDefinition>;
  readonly imageCodec: Tier<ImageCodecServiceDefinition>;
}

/** Clients of the three tiers. Nobody has to be there yet. */
export function openTiers(addresses: TierAddresses): Tiers {
  return {
    transformer: new Tier(transformerKind, addresses.transformer),
    visionEncoder: new Tier(visionEncoderKind, addresses.visionEncoder),
    imageCodec: new Tier(imageCodecKind, addresses.imageCodec)
  };
}

export function closeTiers(tiers: Tiers): void {
  tiers.transformer.close();
  tiers.visionEncoder.close();
  tiers.imageCodec.close();
}
