import type { z } from 'zod';
import { RunningService } from './running-service.ts';
import type { ServiceDefinition } from './service-definition.ts';

/**
 * Starts a service inside this process, for tests: no signals, no exit. It serves when this returns.
 *
 * @param variables its environment, e.g. `{ JANUS_MESH_BUNDLE: folder }`
 * @throws as the service's process would fail to start
 */
export async function startService<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  variables: Readonly<Record<string, string>> = {}
): Promise<RunningService> {
  const service = await RunningService.open(definition, variables);
  try {
    await service.warmUp();
    return service;
  } catch (error) {
    await service.stop(0);
    throw error;
  }
}
