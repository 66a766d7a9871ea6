export { probabilities, type SamplingParameters } from './engine/sampler.ts';
export { transformer } from './service.ts';
