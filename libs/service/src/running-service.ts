import { descriptorSet } from '@janus-mesh/contracts/descriptor';
import { type RpcServer, type ServerLimits, serve } from '@janus-mesh/rpc';
import { createLogger, type Logger } from '@janus-mesh/telemetry';
import type { INestApplicationContext } from '@nestjs/common';
import { z } from 'zod';
import { commonSettings } from './common-settings.ts';
import { compose } from './composition.ts';
import { readConfig } from './read-config.ts';
import type { ConfigOf, ServiceDefinition, ServiceParts } from './service-definition.ts';

type CommonConfig = ConfigOf<Record<never, never>>;

/** A service that listens: it warms up, serves, and stops. */
export class RunningService {
  readonly config: CommonConfig;
  readonly logger: Logger;
  readonly #parts: ServiceParts;
  readonly #app: INestApplicationContext;
  readonly #server: RpcServer;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  private constructor(config: CommonConfig, built: Built, server: RpcServer) {
    this.config = config;
    this.logger = built.logger;
    this.#parts = built.parts;
    this.#app = built.app;
    this.#server = server;
  }

  /**
   * Reads the settings, builds the service and listens; health says NOT_SERVING.
   *
   * @param variables an environment
   * @throws {ConfigError} if settings are wrong
   * @throws {Error} what building it throws, or if the port is taken
   */
  static async open<Shape extends z.ZodRawShape>(
    definition: ServiceDefinition<Shape>,
    variables: Readonly<Record<string, string | undefined>>
  ): Promise<RunningService> {
    const config = readConfig(z.object({ ...commonSettings, ...definition.configSchema.shape }), variables) as ConfigOf<Shape> &
      CommonConfig;
    const logger = createLogger({ service: definition.name, level: config.logLevel, pretty: config.logFormat === 'pretty' });
    const built = await build(definition, config, logger);
    try {
      const server = await serve({
        services: built.parts.services,
        logger,
        host: config.host,
        port: config.port,
        descriptorSet,
        limits: limitsOf(config),
        refuseUntilServing: !definition.answersBeforeReady
      });
      logger.info({ host: config.host, port: server.port }, 'warming up');
      return new RunningService(config, built, server);
    } catch (error) {
      await close(built);
      throw error;
    }
  }

  get port(): number {
    return this.#server.port;
  }

  /** Makes the service ready, then serves. @throws what the service's `ready` throws, unless it was stopped meanwhile */
  async warmUp(): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.#parts.ready?.(this.#stopping.signal);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      throw error;
    }
    if (this.#stopping.signal.aborted) return;
    this.#server.setServing(true);
    this.logger.info({ host: this.config.host, port: this.port, warmUpMs: Math.round(performance.now() - startedAt) }, 'listening');
  }

  /** Lets the service save what explains a crash. A failure of that is logged, so that it hides nothing. */
  crashed(): void {
    try {
      this.#parts.crashed?.();
    } catch (error) {
      this.logger.error({ err: error }, 'what explains the crash could not be saved');
    }
  }

  /** Drains, then closes everything; the same for every call of this. */
  stop(drainMs = this.config.drainSeconds * 1_000): Promise<void> {
    this.#stopped ??= this.#stop(drainMs);
    return this.#stopped;
  }

  async #stop(drainMs: number): Promise<void> {
    this.#stopping.abort();
    this.logger.info({ calls: this.#server.callCount, drainMs }, 'draining');
    const drained = this.#server.drain({ timeoutMs: drainMs });
    this.#parts.drain?.();
    const { aborted } = await drained;
    await close({ parts: this.#parts, app: this.#app });
    this.logger.info({ aborted }, 'stopped');
  }
}

interface Built {
  readonly parts: ServiceParts;
  readonly app: INestApplicationContext;
  readonly logger: Logger;
}

async function build<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  config: ConfigOf<Shape>,
  logger: Logger
): Promise<Built> {
  const app = await compose(config, logger, definition.providers ?? []);
  try {
    const parts = await definition.build({ config, logger, get: (token) => app.get(token) });
    return { parts, app, logger };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function close({ parts, app }: Pick<Built, 'parts' | 'app'>): Promise<void> {
  try {
    await parts.stop?.();
  } finally {
    await app.close();
  }
}

function limitsOf(config: CommonConfig): Partial<ServerLimits> {
  return {
    maxReceiveBytes: config.maxReceiveBytes,
    maxConcurrentStreams: config.maxConcurrentStreams,
    keepaliveMs: config.keepaliveSeconds * 1_000,
    keepaliveTimeoutMs: config.keepaliveTimeoutSeconds * 1_000,
    unreadStreamMs: config.unreadStreamSeconds * 1_000,
    maxDeadlineMs: config.deadlineSeconds * 1_000
  };
}
