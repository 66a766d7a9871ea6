export { seededRandom } from '../../../../test/support/seeded-random.ts';
export { bundleData } from './bundle-data.ts';
export { type GoldenModel, type GoldenText, goldenModel, trainedModel } from './golden-model.ts';
export { largestError, openNetwork, runOnce } from './network-run.ts';
export { dequantized, quantizedBundle, type StoredTensor } from './quantized-bundle.ts';
export { randomBundle } from './random-model.ts';
export { type Rounding, referenceDecoder } from './reference-decoder.ts';
export { type FloatTensor, readSafetensors } from './safetensors.ts';
export { type SlotWork, StepSequences, type TestSequence } from './step-sequences.ts';
