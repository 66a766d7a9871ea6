export { type CanonicalTensor, canonicalTensors } from './canonical-tensors.ts';
export { type ContentPart, type Conversation, conversationPrompt, messageContent, type PromptMessage } from './conversation-prompt.ts';
export { featuresHash } from './features-hash.ts';
export { generationPrompt, unconditionalIds } from './generation-prompt.ts';
export type { Layout } from './layout.ts';
export type * from './model-config.ts';
export { ModelError, type ModelErrorKind } from './model-error.ts';
export { expandedIds, type PromptSegment, promptSegments } from './picture-prompt.ts';
export { joinPieces, type PromptPiece } from './prompt-piece.ts';
export { isBlank } from './python-strip.ts';
export { type LogitLimits, limitsOf, type QualityLimits } from './quality-limits.ts';
export {
  blockOf,
  type KeptLinear,
  type KvForm,
  type LinearForm,
  linearForm,
  type Quantization,
  type QuantizationScheme,
  schemeName,
  schemeOf,
  UNQUANTIZED,
  WEIGHT_BLOCKS,
  type WeightBlock
} from './quantization.ts';
export { type CheckpointConfig, type CheckpointDocuments, readModelConfig } from './read-model-config.ts';
export { isIgnoredTensor, type SourceTensor, sourceTensors } from './source-tensors.ts';
