export * from './gen/index.janus.tier.v1.ts';
export * from './gen/index.janus.v1.ts';
export { VERSION } from './version.ts';
