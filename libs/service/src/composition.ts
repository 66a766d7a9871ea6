import 'reflect-metadata';
import type { Logger, Telemetry } from '@janus-mesh/telemetry';
import type { FactoryProvider, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { provide, token } from './provide.ts';

/** The service's settings; give it the service's own type: `CONFIG as Token<Config>`. */
export const CONFIG = token<unknown>('config');
/** The service's logger. */
export const LOGGER = token<Logger>('logger');
/** Where the service's things put their metrics. */
export const TELEMETRY = token<Telemetry>('telemetry');

class ServiceModule {}

/** What every service has. */
export interface ServiceBase {
  readonly config: unknown;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/**
 * Lets Nest make a service's things, each from those it names.
 *
 * @throws what a factory throws, as it is
 */
export function compose(
  { config, logger, telemetry }: ServiceBase,
  providers: readonly FactoryProvider[]
): Promise<INestApplicationContext> {
  const base = [provide(CONFIG, [], () => config), provide(LOGGER, [], () => logger), provide(TELEMETRY, [], () => telemetry)];
  // Nest's own lines say nothing that ours don't; without abortOnError it would end the process itself.
  return NestFactory.createApplicationContext(
    { module: ServiceModule, providers: [...base, ...providers] },
    { logger: false, abortOnError: false }
  );
}
