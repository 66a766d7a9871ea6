import 'reflect-metadata';
import type { Logger } from '@janus-mesh/telemetry';
import type { FactoryProvider, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { provide, token } from './provide.ts';

/** The service's settings; give it the service's own type: `CONFIG as Token<Config>`. */
export const CONFIG = token<unknown>('config');
/** The service's logger. */
export const LOGGER = token<Logger>('logger');

class ServiceModule {}

/**
 * Lets Nest make a service's things, each from those it names.
 *
 * @throws what a factory throws, as it is
 */
export function compose(config: unknown, logger: Logger, providers: readonly FactoryProvider[]): Promise<INestApplicationContext> {
  const base = [provide(CONFIG, [], () => config), provide(LOGGER, [], () => logger)];
  // Nest's own lines say nothing that ours don't; without abortOnError it would end the process itself.
  return NestFactory.createApplicationContext(
    { module: ServiceModule, providers: [...base, ...providers] },
    { logger: false, abortOnError: false }
  );
}
