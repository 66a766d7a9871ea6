import type { Logger } from '@janus-mesh/telemetry';
import type { OpenTelemetry } from '@janus-mesh/telemetry/register';
import type { INestApplicationContext } from '@nestjs/common';
import type { z } from 'zod';
import { compose, type ServiceBase } from './composition.ts';
import type { ConfigOf, ServiceDefinition, ServiceParts } from './service-definition.ts';

/** What a service is made of. */
export interface BuiltService {
  readonly parts: ServiceParts;
  readonly app: INestApplicationContext;
  readonly logger: Logger;
  readonly telemetry: OpenTelemetry;
}

interface Base<Config> extends ServiceBase {
  readonly config: Config;
  readonly telemetry: OpenTelemetry;
}

/** Builds a service. @throws what its providers or its `build` throw; all that was opened is closed then, telemetry too */
export async function buildService<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  { config, logger, telemetry }: Base<ConfigOf<Shape>>
): Promise<BuiltService> {
  let app: INestApplicationContext | undefined;
  try {
    const composed = await compose({ config, logger, telemetry }, definition.providers ?? []);
    app = composed;
    const parts = await definition.build({ config, logger, get: (token) => composed.get(token) });
    telemetry.identify(parts.revision ?? 'unknown');
    return { parts, app: composed, logger, telemetry };
  } catch (error) {
    await app?.close();
    await telemetry.close();
    throw error;
  }
}

/** Closes it. The last spans and counts are sent once nothing runs any more. */
export async function closeService({ parts, app, telemetry }: BuiltService): Promise<void> {
  try {
    await parts.stop?.();
  } finally {
    await app.close();
    await telemetry.close();
  }
}
