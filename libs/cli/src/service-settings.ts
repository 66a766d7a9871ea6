import { InvalidArgumentError } from 'commander';
import type { ServiceName } from './mesh/service-process.ts';

/** Settings of single services, by the variables they read. */
export type ServiceSettings = Partial<Record<ServiceName, Record<string, string>>>;

const SERVICES: readonly string[] = ['orchestrator', 'transformer', 'vision-encoder', 'image-codec'] satisfies ServiceName[];

/** Parses `transformer.SLOTS=8` and adds it: the service is given `JANUS_MESH_SLOTS=8`, and checks it. */
export function addSetting(text: string, settings: ServiceSettings): ServiceSettings {
  const [, service = '', name, value] = /^([a-z-]+)\.([A-Z_]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined || !SERVICES.includes(service)) {
    throw new InvalidArgumentError(`Expected service.NAME=value, service one of ${SERVICES.join(', ')}.`);
  }
  return { ...settings, [service]: { ...settings[service as ServiceName], [`JANUS_MESH_${name}`]: value } };
}
