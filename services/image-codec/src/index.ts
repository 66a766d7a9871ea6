export { imageCodec } from './service.ts';
