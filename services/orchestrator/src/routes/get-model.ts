import type { JanusServiceDefinition, ModelLimits, ModelSizes } from '@janus-mesh/contracts';
import type { ModelConfig } from '@janus-mesh/models';
import type { Handler } from '@janus-mesh/rpc';
import type { RequestLimits } from '../limits.ts';
import type { Orchestrator } from '../orchestrator.ts';

/** Describes the model that is served. */
export function getModelRoute({ model, limits, tiers, version }: Orchestrator): Handler<JanusServiceDefinition, 'getModel'> {
  const { name, revision, config, quantization, parameters } = model;
  const fixed = {
    name,
    revision,
    family: config.family,
    sizes: toSizes(config, parameters),
    limits: toLimits(config, limits),
    quantization,
    version
  };
  return async () => ({ ...fixed, fingerprint: tiers.transformer.lastSeen?.fingerprint });
}

function toSizes({ text, vision, codec }: ModelConfig, parameters: bigint): ModelSizes {
  return {
    hiddenSize: text.hiddenSize,
    layers: text.layers,
    heads: text.heads,
    kvHeads: text.kvHeads,
    vocabSize: text.vocabSize,
    visionImageSize: vision.imageSize,
    visionHiddenSize: vision.hiddenSize,
    pictureTokens: vision.rows,
    imageSize: codec.imageSize,
    codebookSize: codec.codebookSize,
    grid: codec.grid,
    parameters
  };
}

function toLimits({ text }: ModelConfig, limits: RequestLimits): ModelLimits {
  return {
    contextTokens: text.contextTokens,
    pictureBytes: BigInt(limits.pictureBytes),
    picturePixels: BigInt(limits.picturePixels),
    pictures: limits.pictures,
    samples: limits.samples,
    stopTexts: limits.stopTexts
  };
}
