export { visionEncoder } from './service.ts';
