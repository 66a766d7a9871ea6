import type { ImageCodecServiceDefinition, TransformerServiceDefinition, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { Tier, type TierOptions } from './tier.ts';
import { imageCodecKind, transformerKind, visionEncoderKind } from './tier-kind.ts';

/** Where the tiers listen. */
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
export function openTiers(addresses: TierAddresses, options: Omit<TierOptions, 'addresses'>): Tiers {
  return {
    transformer: new Tier(transformerKind, { ...options, addresses: addresses.transformer }),
    visionEncoder: new Tier(visionEncoderKind, { ...options, addresses: addresses.visionEncoder }),
    imageCodec: new Tier(imageCodecKind, { ...options, addresses: addresses.imageCodec })
  };
}

export function closeTiers(tiers: Tiers): void {
  tiers.transformer.close();
  tiers.visionEncoder.close();
  tiers.imageCodec.close();
}
